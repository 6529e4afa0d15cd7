import { systemClock } from "../../clock.ts";
import { startWeb } from "../../http/server.ts";
import { COMMON_OPTIONS, type Command } from "../command.ts";
import { openService, untilStopped } from "../service.ts";

export const command: Command = {
  summary: "Serve webhooks, the API and the pages. Any number may run on one database.",
  usage: "web --config makegood.yaml",
  options: COMMON_OPTIONS,
  async run(args, terminal) {
    const opened = await openService(args, terminal, systemClock);
    const web = await startWeb(opened, { port: Number(terminal.env["PORT"] ?? opened.config.port), host: "0.0.0.0" });
    terminal.out(`makegood web serves on port ${web.port}`);
    await untilStopped(terminal);
    await web.stop();
    await opened.close();
    return 0;
  },
};
