import { onScopeDispose, watch, type Ref } from 'vue'

import { BEAT_MS, FocusReporter, sendFocus } from './focus'

/** Reports how long the conversation that is selected and mine is in front. To be called in a component's setup. */
export function useFocus(selected: Readonly<Ref<string | null>>): void {
  const reporter = new FocusReporter({
    now: Date.now,
    inFront: () => document.visibilityState === 'visible' && document.hasFocus(),
    send: sendFocus,
  })
  const beat = () => reporter.beat()
  const leave = () => reporter.beat(true)
  const heard = [
    [document, 'visibilitychange', beat],
    [window, 'focus', beat],
    [window, 'blur', beat],
    [window, 'pageshow', beat],
    [window, 'pagehide', leave],
  ] as const
  for (const [target, event, act] of heard) target.addEventListener(event, act)
  const timer = setInterval(beat, BEAT_MS)
  watch(selected, (one) => reporter.look(one), { immediate: true })
  onScopeDispose(() => {
    clearInterval(timer)
    for (const [target, event, act] of heard) target.removeEventListener(event, act)
    reporter.look(null)
  })
}
