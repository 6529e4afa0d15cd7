import { invariant } from "../base/errors.ts";
import type { Playbook } from "./core/model.ts";
import { versionOf } from "./core/version.ts";

/** A playbook as `playbook_versions.content` keeps it, for cases that started with it. */
export function snapshot(playbook: Playbook): object {
  const { version: _version, ...content } = playbook;
  return content;
}

/** The playbook that was kept as `version`. Throws when the content is not what that version was made of: it was altered. */
export function fromSnapshot(content: object, version: string): Playbook {
  invariant(versionOf(content) === version, `the content of playbook version ${version}, unaltered`);
  return { ...(content as Omit<Playbook, "version">), version };
}
