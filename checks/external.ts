import { execFile } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const REPOSITORY = dirname(dirname(fileURLToPath(import.meta.url)));
/** Room for thousands of findings. */
const LARGEST_OUTPUT = 64 * 1024 * 1024;

/** The absolute path of a file of this repository. */
export function inRepository(path: string): string {
  return join(REPOSITORY, path);
}

/**
 * Runs an installed tool and reads the JSON that it prints. The exit code is left aside, because these tools
 * use it to say that they found something; output that is not JSON throws with what the tool said.
 */
export function runTool<T>(script: string, args: readonly string[], folder: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const command = [inRepository(`node_modules/${script}`), ...args];
    execFile(process.execPath, command, { cwd: folder, maxBuffer: LARGEST_OUTPUT }, (_failure, stdout, stderr) => {
      try {
        resolve(JSON.parse(stdout) as T);
      } catch {
        reject(new Error(`Expected ${script} to print JSON. It said: ${stderr}${stdout.slice(0, 1_000)}`));
      }
    });
  });
}
