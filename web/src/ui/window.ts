import { computed, onBeforeUnmount, onMounted, ref, type Ref } from 'vue'

/** Rows drawn beyond what is seen, so that scrolling finds them there already. */
const BEYOND = 8
/** As long as nobody knows how high the place is. */
const UNKNOWN_HEIGHT = 900

export interface Span {
  from: number
  to: number
}

/** Which of so many rows of one height are drawn. Pure. */
export function spanOf(count: number, height: number, top: number, seen: number): Span {
  const from = Math.max(0, Math.min(count, Math.floor(top / height)) - BEYOND)
  return { from, to: Math.min(count, Math.ceil((top + seen) / height) + BEYOND) }
}

/**
 * By how many rows what is read has moved, from `top` on: by the first of them that is still there. 0 where one is at
 * the beginning, which shows what is new. Pure.
 */
export function movedBy(before: readonly string[], after: readonly string[], top: number): number {
  if (top <= 0) return 0
  const at = new Map(after.map((key, index) => [key, index]))
  for (let index = top; index < before.length; index += 1) {
    const now = at.get(before[index] ?? '')
    if (now !== undefined) return now - index
  }
  return 0
}

interface Windowed {
  scroller: Readonly<Ref<HTMLElement | null>>
  count: () => number
  rowHeight: () => number
  /** What stands above the rows and stays in sight, in pixels. */
  head: number
}

/** The part of a long list that is drawn. All rows are as high as each other, so what is drawn is a matter of two divisions. */
export function useWindow({ scroller, count, rowHeight, head }: Windowed) {
  const top = ref(0)
  const seen = ref(UNKNOWN_HEIGHT)
  const span = computed(() => spanOf(count(), rowHeight(), top.value, seen.value))
  const above = computed(() => span.value.from * rowHeight())
  const below = computed(() => (count() - span.value.to) * rowHeight())

  const look = () => {
    top.value = scroller.value?.scrollTop ?? 0
  }
  const measure = new ResizeObserver(([entry]) => {
    // Nothing is measured where nothing is laid out; then what was known stands.
    if (entry && entry.contentRect.height > 0) seen.value = entry.contentRect.height
    look()
  })
  onMounted(() => {
    if (!scroller.value) return
    scroller.value.addEventListener('scroll', look, { passive: true })
    measure.observe(scroller.value)
  })
  onBeforeUnmount(() => {
    scroller.value?.removeEventListener('scroll', look)
    measure.disconnect()
  })

  /** Scrolls as little as it takes to see this row whole. */
  function show(index: number): void {
    const place = scroller.value
    if (!place || index < 0) return
    const begins = index * rowHeight()
    const room = place.clientHeight - head
    if (begins < place.scrollTop) place.scrollTop = begins
    else if (begins + rowHeight() > place.scrollTop + room) place.scrollTop = begins + rowHeight() - room
    look()
  }
  /** Rows have come or gone above what is read: it stays where it is on the screen. Once they are drawn. */
  function stay(before: readonly string[], after: readonly string[]): void {
    const place = scroller.value
    const rows = place ? movedBy(before, after, Math.floor(place.scrollTop / rowHeight())) : 0
    if (!place || rows === 0) return
    place.scrollTop += rows * rowHeight()
    look()
  }
  return { span, above, below, show, stay }
}
