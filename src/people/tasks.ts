import type { Db, Tx } from "../base/db.ts";
import { Refusal } from "../base/errors.ts";
import { uuidOf, type StoreId } from "../base/ids.ts";
import type { Ports } from "../base/ports.ts";
import type { OpenTask, TaskRequest } from "./core/model.ts";
import { insertTasks, markAnswered, selectOpenTasks } from "./store.ts";

/** Gives a role something to do. The same work about the same thing is one task, for ever. */
export async function openTask(tx: Tx, store: StoreId, task: TaskRequest): Promise<void> {
  await openTasks(tx, store, [task]);
}

/** As `openTask`, for several at once. */
export async function openTasks(tx: Tx, store: StoreId, tasks: readonly TaskRequest[]): Promise<void> {
  if (tasks.length === 0) return;
  await insertTasks(tx, store, tasks.map((task) => ({ ...task, id: uuidOf(store, "task", task.about, task.what) })));
}

/** Records what a person did about a task. Throws a Refusal when it is not open. */
export async function answerTask(ports: Ports, store: StoreId, taskId: string, who: string, answer: string): Promise<void> {
  const now = ports.clock.now();
  const answered = await ports.db.transaction((tx) => markAnswered(tx, store, taskId, who, answer, now));
  if (answered.length > 0) return;
  throw new Refusal({ code: "task_not_open", status: 409, what: `Task ${taskId} is not open.`, next: "Look at the list of open tasks." });
}

/** Screens show this many; the oldest due time first. */
const TASKS_SHOWN = 500;

export function tasksOpen(db: Db, store: StoreId): Promise<readonly OpenTask[]> {
  return selectOpenTasks(db, store, TASKS_SHOWN);
}
