const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }

/**
 * Arrows in a group of choices go to the next one and choose it, as in any group of radio buttons; one that can't be
 * chosen is only gone to, so that its reason is heard. The keydown of the group.
 */
export function onChoiceKey(event: KeyboardEvent): void {
  const step = STEPS[event.key]
  const group = event.currentTarget as HTMLElement
  const all = [...group.querySelectorAll<HTMLElement>('[role=radio]')]
  const at = all.findIndex((one) => one === event.target)
  if (!step || at < 0) return
  event.preventDefault()
  const next = all[(at + step + all.length) % all.length]
  next?.focus()
  next?.click()
}

/** Which of these Tab leads to: the chosen one, or the first where that is none of them. */
export const entryOf = (ids: readonly string[], chosen: string | null) => (chosen !== null && ids.includes(chosen) ? chosen : ids[0])
