export type { CallOutcome, PageMail, PageRequest, Person, Roster, TaskRequest } from "./core/model.ts";
export { openPage, openPages, closePage, closePages, turnPages } from "./open-page.ts";
export { callPeople } from "./call-people.ts";
export { acknowledgePage, pagesOfToken, type CalledPages } from "./acknowledge-page.ts";
export { answerTask, openTask, openTasks, tasksOpen } from "./tasks.ts";
export { pagesOpen } from "./pages-open.ts";
