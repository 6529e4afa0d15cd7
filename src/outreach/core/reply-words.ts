/**
 * What somebody who answers a text wants. `stop`: no more texts, with `unsure` where a person should look too, because
 * it may have been about something else. `start`: texts again. `help`: whom they can reach. `person`: whatever a person must read.
 */
export type ReplyMeaning = { readonly kind: "stop"; readonly unsure: boolean } | { readonly kind: "start" | "help" | "person" };

const list = (...lines: readonly string[]): ReadonlySet<string> => new Set(lines.join(" ").split(" "));

/** Words that end texts when they are all that is said (47 CFR 64.1200(a)(10) names seven), in the languages that we speak. */
const ENDS = list(
  "stop stopp stopall quit revoke optout cancel unsubscribe unsub end remove",
  "stoppen stoppt abmelden abbestellen austragen aufhoren schluss ende widerruf widerrufen",
  "arret arreter arretez desabonner desabonnement desinscrire desinscription resilier fin",
);
/** Those of them that mean texts even inside a sentence. The others (cancel, end) are said of orders all the time. */
const STRONG = list("stop stopp stopall optout unsubscribe unsub abmelden abbestellen desabonner desinscrire arretez arreter");
/** Those that end texts by law, and may as well be the answer to a question about an order. */
const EITHER = list("cancel widerruf widerrufen resilier");
/** What texts are called. */
const TEXTS = list(
  "text texts texting txt message messages messaging msg msgs sms notification notifications alert alerts",
  "nachricht nachrichten textnachrichten benachrichtigung benachrichtigungen",
  "textos texto alertes notifications",
);
/** What is around such a word and changes nothing of it. */
const POLITE = list(
  "please pls plz now thanks thank you thx ok okay hi hello hey just me it this these those all any more from to sending send getting receiving receive i want wish would like my number the your asap immediately for ever forever kindly and a",
  "bitte danke sofort jetzt mich mir ihnen sie ihre diese alle die der das den von an ich mochte will und hallo guten tag mehr weitere vielen dank mit schicken senden zu",
  "merci svp stp s il vous te plait de des du d m me moi les la le vos ces tous toutes je veux voudrais bonjour envoyer recevoir envoi et a l",
);
/** What is bought and brought: to stop or cancel one of these is no word about texts. */
const GOODS = list(
  "order orders delivery deliveries shipment shipping parcel package item items refund return payment purchase booking appointment",
  "bestellung lieferung paket sendung artikel ware erstattung rucksendung zahlung auftrag termin",
  "commande livraison colis article remboursement retour paiement rendez",
);
const NEGATIONS = list("not dont don never nicht kein keine keinen niemals pas jamais ne n no");
const HELPS = list("help info aide hilfe");
const STARTS = list("start unstop restart resume resubscribe starten weiter reprendre demarrer");

/** Wishes that no single word tells. Looked for in what is left without accents, punctuation and capitals. */
const WISHES: readonly RegExp[] = [
  /\bopt (?:me )?out\b/,
  /\bstop all\b/,
  /\b(?:do not|dont|don t|never|quit|no more|no longer)\b(?: \w+){0,5} (?:text|texts|texting|txt|message|messages|messaging|msg|sms|notifications|alerts|contact me)\b/,
  /\b(?:do not|dont|don t|never) (?:text|txt|message|sms|contact|write)\b/,
  /\b(?:no more|leave me alone|take me off|remove me|lose my number)\b(?! (?:order|item))/,
  /\bkeine (?:weiteren )?(?:\w+ )?(?:sms|nachrichten|textnachrichten|benachrichtigungen)\b/,
  /\bnicht (?:mehr )?(?:anschreiben|schreiben|kontaktieren|simsen)\b/,
  /\b(?:plus de|plus aucun|pas de|ne plus|n envoyez plus|ne m envoyez plus)\b(?: \w+){0,4} ?(?:sms|messages?|textos?|notifications?)\b/,
  /\bne (?:m |me )?(?:ecrivez|contactez|envoyez) plus\b/,
];

/** Longer than this nobody writes who only wants to be left alone; and no pattern runs over more. */
const LOOKED_AT = 600;

/** Reads an answer. Whoever wants no more texts in any reasonable wording is taken at their word; so is who may have wanted it. */
export function readReply(words: string): ReplyMeaning {
  const tokens = tokensOf(words);
  const telling = tokens.filter((token) => !POLITE.has(token) && !TEXTS.has(token));
  const [only, ...others] = telling;
  if (only !== undefined && others.length === 0 && HELPS.has(only)) return { kind: "help" };
  if (only !== undefined && telling.every((token) => STARTS.has(token))) return { kind: "start" };
  const isNegated = telling.some((token) => NEGATIONS.has(token));
  const ofGoods = telling.some((token) => GOODS.has(token));
  if (only !== undefined && telling.every((token) => ENDS.has(token))) return { kind: "stop", unsure: telling.every((token) => EITHER.has(token)) && !tokens.some((token) => TEXTS.has(token)) };
  if (!ofGoods && WISHES.some((wish) => wish.test(tokens.join(" "))) && !endsNegated(tokens)) return { kind: "stop", unsure: false };
  if (mayEndTexts(tokens)) return { kind: "stop", unsure: !(tokens.some((token) => TEXTS.has(token)) && !isNegated && !ofGoods) };
  return { kind: "person" };
}

function tokensOf(words: string): readonly string[] {
  const plain = words.slice(0, LOOKED_AT).normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[’'`´]/g, " ").replaceAll("ß", "ss");
  // S.T.O.P, s-t-o-p and s t o p spell it out.
  const spelled = plain.replace(/\bs[\W_]+t[\W_]+o[\W_]+p\b/g, "stop").replace(/\bopt[\W_]+(?:me[\W_]+)?out\b/g, "optout");
  return spelled.split(/[^\p{L}\p{N}]+/u).filter((token) => token !== "");
}

/** "Don't stop the texts": what is negated is the end, not the texts. */
function endsNegated(tokens: readonly string[]): boolean {
  return tokens.some((token, index) => ENDS.has(token) && isDenied(tokens, index));
}

function isDenied(tokens: readonly string[], index: number): boolean {
  const before = tokens.slice(Math.max(0, index - 2), index);
  // "Do not" and "don t" stand right before; in German and French the negation may follow.
  return before.some((token) => NEGATIONS.has(token)) || NEGATIONS.has(tokens[index + 1] ?? "");
}

/** Whether one of the words that mean texts is said of nothing that is bought, and not denied; or a message begins with one. */
function mayEndTexts(tokens: readonly string[]): boolean {
  return tokens.some((token, index) => {
    const said = STRONG.has(token) || (index === 0 && ENDS.has(token) && tokens.some((other) => TEXTS.has(other)));
    if (!said || isDenied(tokens, index)) return false;
    const object = tokens.slice(index + 1, index + 4).find((next) => !POLITE.has(next));
    return object === undefined || !GOODS.has(object);
  });
}
