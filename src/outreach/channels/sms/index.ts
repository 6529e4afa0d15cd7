import { z } from "zod";
import { textLength } from "../../../base/text-length.ts";
import { invariant } from "../../../base/errors.ts";
import type { Channel } from "../../channel.ts";
import type { Provider, Transport } from "../../provider.ts";
import { channelModule, type ChannelSetup } from "../module.ts";
import { wrongNumber } from "../numbers.ts";
import { quietHoursOption } from "../quiet-hours-option.ts";
import { allowedForTexts } from "./hours.ts";
import type { TextLetter } from "./module.ts";
import { TEXT_PROVIDERS } from "./registry.ts";
import { textOf, textWriter } from "./write-text.ts";

const types = TEXT_PROVIDERS.map(({ manifest }) => manifest.type);

const options = z.strictObject({
  providers: z
    .array(z.looseObject({ name: z.string().regex(/^[a-z0-9-]{1,40}$/, "is not a name: use lower-case letters, digits and hyphens"), type: z.enum(types as [string, ...string[]], { error: `is not a provider of texts that is known: ${types.join(", ")}` }) }))
    .min(1)
    .max(5)
    .describe("Who carries texts, in order of preference. Each type has its own settings."),
  quietHours: quietHoursOption.describe("No texts between these times where the recipient lives, in countries for which `legalHours` has none."),
  legalHours: z.boolean().default(true).describe("Keep the hours that law or operators set for texts to the US and to France. Switch off only after counsel has agreed to `quietHours` there."),
});

/** Texts to the phone that an order names, for those who agreed to service texts. */
export const channel = channelModule({ name: "sms", title: "Text messages (SMS)", said: { en: "By text message", de: "Per SMS", fr: "Par SMS" }, config: options, says: textOf }, create);

function create({ providers, quietHours, legalHours }: z.output<typeof options>, setup: ChannelSetup): Channel<TextLetter> {
  const made = providers.map(({ name, type, ...own }, index) => ({ name, ...carrierOf(type, own, index, setup) }));
  return {
    name: "sms",
    providers: made.map(({ name, transport }): Provider<TextLetter> => ({ name: `sms/${name}`, evidence: "relay", transport: counting(transport) })),
    needsConsent: true,
    addressOf: ({ contact }) => contact.phone,
    wrongAddress: wrongNumber,
    allowedAt: (at, order, { zone }) => allowedForTexts(at, order, { zone, quietHours, legalHours }),
    writer: textWriter,
    remarks: made.flatMap(({ name, remarks }) => remarks.map((remark) => `sms/${name}: ${remark}`)),
  };
}

function carrierOf(type: string, own: object, index: number, setup: ChannelSetup) {
  const module = TEXT_PROVIDERS.find(({ manifest }) => manifest.type === type);
  invariant(module, `the schema to let only known providers through, got ${type}`);
  try {
    return module.create(own, setup);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    throw new z.ZodError(error.issues.map((issue) => ({ ...issue, path: ["providers", index, ...issue.path] })));
  }
}

/** What carriers charge for stands beside each text in the ledger. */
function counting(transport: Transport<TextLetter>): Transport<TextLetter> {
  return {
    close: () => transport.close(),
    async send(batch, heard) {
      const outcomes = await transport.send(batch, heard);
      return outcomes.map((outcome, index) => {
        if (outcome.kind !== "accepted") return outcome;
        const { segments, alphabet } = textLength(batch[index]?.text ?? "");
        return { ...outcome, response: `${outcome.response}; segments: ${segments} (${alphabet})` };
      });
    },
  };
}
