export type { MondayPlan } from "./core/monday-list.ts";
export type { ListOutcome } from "./core/sending.ts";
export { isWeekName, parseWeekly, type WeeklyTime } from "./core/week.ts";
export { keptMondayList } from "./kept-monday-list.ts";
export { sendMondayList, type MondayMail, type MondayReport } from "./send-monday-list.ts";
export { writeMondayList, type WrittenList } from "./write-monday-list.ts";
