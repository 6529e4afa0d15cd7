/** A place in a file, counted from 1, as editors count. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Something wrong with a playbook's files: where, what, and what to do about it. */
export interface PlaybookProblem extends Position {
  /** Path below the folder that was loaded, with forward slashes. */
  readonly file: string;
  readonly what: string;
  readonly next: string;
}

/** The problem as one line that an editor can jump to. */
export function problemText(problem: PlaybookProblem): string {
  return `${problem.file}:${problem.line}:${problem.column}: ${problem.what} ${problem.next}`;
}

/** Where an offset of a text stands. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, Math.max(0, offset));
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: before.length - lineStart + 1 };
}
