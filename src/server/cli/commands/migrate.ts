import { Refusal } from "../../../base/errors.ts";
import { systemClock } from "../../clock.ts";
import { migrate } from "../../database/index.ts";
import { MIGRATIONS } from "../../runtime/open.ts";
import type { Command } from "../command.ts";

export const command: Command = {
  summary: "Bring the database at DATABASE_URL up to date.",
  usage: "migrate",
  options: {},
  async run(_args, terminal) {
    const url = terminal.env["DATABASE_URL"];
    if (url === undefined) throw new Refusal({ code: "database", status: 400, what: "DATABASE_URL is not set.", next: "Set it to the PostgreSQL database to migrate. `makegood start` migrates its own." });
    const done = await migrate(url, MIGRATIONS, systemClock.now());
    terminal.out(done.length === 0 ? "The database is up to date." : `Applied ${done.join(", ")}.`);
    return 0;
  },
};
