/** So many offers are shown at a time: more would cover what the agent works on. */
export const MOST_CARDS = 2

/**
 * The offers that have a card, of `offers` with those that expire first in front. A card stays where it is while its
 * offer stands, so that nothing moves under the hand that is about to press; free places go to what expires first.
 */
export function placed<T extends { id: string }>(offers: readonly T[], before: readonly { id: string }[], most = MOST_CARDS): T[] {
  const kept = before.flatMap(({ id }) => offers.find((one) => one.id === id) ?? [])
  const coming = offers.filter((one) => !kept.includes(one))
  return [...kept, ...coming].slice(0, most)
}
