import { z } from "zod";

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "is not a time of day: write 24-hour HH:MM, such as 21:00");

/** `quietHours` of a channel that reaches people where they sleep: from 21:00 to 08:00 unless the store says otherwise. */
export const quietHoursOption = z.strictObject({ from: timeOfDay, to: timeOfDay }).default({ from: "21:00", to: "08:00" });
