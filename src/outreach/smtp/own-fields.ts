/** Our mails carry it among their first fields. */
const HEAD_BYTES = 1_024;
const MESSAGE_ID = /^Message-ID: <([^<>\r\n]+)>\r$/im;
const HOLE = "{message-id}";

/**
 * A mail with the fields that the server it goes to reads for itself, such as under which name its reports give the
 * mail back. `{message-id}` in a value stands for the mail's own; a field that asks for it is left out where there is none.
 */
export function withFields(content: Uint8Array, fields: Readonly<Record<string, string>>): Uint8Array {
  const head = Buffer.from(content.buffer, content.byteOffset, Math.min(content.length, HEAD_BYTES)).toString("latin1");
  const messageId = MESSAGE_ID.exec(head.split("\r\n\r\n", 1)[0] + "\r\n")?.[1];
  const filled = Object.entries(fields).flatMap(([name, value]) => {
    if (!value.includes(HOLE)) return [`${name}: ${value}\r\n`];
    return messageId === undefined ? [] : [`${name}: ${value.replaceAll(HOLE, messageId)}\r\n`];
  });
  return filled.length === 0 ? content : Buffer.concat([Buffer.from(filled.join(""), "latin1"), content]);
}
