/** Writes db/schema.sql, the sum of the migrations, for people to read: `node scripts/dump-schema.ts`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { dumpSchema } from "../src/server/database/index.ts";
import { testDatabase } from "../src/server/database/testing.ts";

const database = await testDatabase();
writeFileSync(join(import.meta.dirname, "../db/schema.sql"), await dumpSchema(database.url));
await database.drop();
