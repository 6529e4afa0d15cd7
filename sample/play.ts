import { HOUR, plus, type Clock, type Instant } from "../src/base/time.ts";
import type { Scene, StorySecrets, VendorDelivery } from "./model.ts";
import { ORDER_EVERY, prologue, storyOf } from "./story.ts";

/** What the player needs: where deliveries go and what it tells of each. */
export interface Stage {
  readonly clock: Clock;
  /** When the store opened: the story's origin, the same after a restart. */
  readonly origin: Instant;
  readonly secrets: StorySecrets;
  /** Delivers over HTTP as the vendor would; false when it was not acknowledged and must be sent again. */
  deliver(delivery: VendorDelivery): Promise<boolean>;
  played(scene: Scene): void;
}

/** Scenes are looked for this far ahead of the latest order: the longest story of one order ends before. */
const STORY_LENGTH = 8 * 24 * HOUR;
/** After a restart this much is told again; what had arrived is recognised as a duplicate. */
const TELL_AGAIN = 2 * HOUR;

/** Plays what happens in the sample store. `step` delivers all that is due and says when the next scene is. */
export function createPlay(stage: Stage, resumedAt: Instant): { step(): Promise<Instant> } {
  let told: Instant = resumedAt <= stage.origin ? plus(stage.origin, -STORY_LENGTH) : plus(resumedAt, -TELL_AGAIN);
  return {
    step: async () => {
      const now = stage.clock.now();
      for (const scene of scenesBetween(stage, told, now)) {
        const acknowledged = await stage.deliver(scene.deliver(stage.clock.now()));
        if (!acknowledged) return plus(now, ORDER_EVERY / 10);
        told = scene.at;
        stage.played(scene);
      }
      told = now;
      return nextScene(stage, now);
    },
  };
}

function scenesBetween(stage: Stage, after: Instant, until: Instant): Scene[] {
  const inRange = (scene: Scene) => scene.at > after && scene.at <= until;
  return scenesAround(stage, after, until).filter(inRange).sort((a, b) => a.at - b.at);
}

function nextScene(stage: Stage, now: Instant): Instant {
  const ahead = scenesAround(stage, now, plus(now, ORDER_EVERY)).filter((scene) => scene.at > now);
  return ahead.reduce<Instant>((least, scene) => (scene.at < least ? scene.at : least), plus(now, ORDER_EVERY));
}

/** The scenes of every order that could have one in between. */
function scenesAround(stage: Stage, from: Instant, until: Instant): Scene[] {
  const first = Math.max(0, Math.floor((from - STORY_LENGTH - stage.origin) / ORDER_EVERY));
  const last = Math.floor((until - stage.origin) / ORDER_EVERY);
  const orders = Array.from({ length: Math.max(0, last - first + 1) }, (_, offset) => first + offset);
  return [...prologue(stage.origin, stage.secrets), ...orders.flatMap((index) => storyOf(index, stage.origin, stage.secrets))];
}
