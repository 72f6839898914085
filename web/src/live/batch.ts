/**
 * Gathers work and does it once a frame, for as long as a frame can spare; the rest has its turn in the next. In a hidden
 * tab no frame is drawn: there it is done at once, so that nothing piles up while nobody looks.
 */
const SPARE_MS = 8

let queue: (() => void)[] = []
let frame: number | null = null
let listening = false

function flush(): void {
  frame = null
  const until = performance.now() + SPARE_MS
  let done = 0
  try {
    do queue[done++]?.()
    while (done < queue.length && performance.now() < until)
  } finally {
    queue = queue.slice(done)
    if (queue.length > 0) frame = requestAnimationFrame(flush)
  }
}

/** Everything, now: a frame that was asked for is not drawn any more once the tab is hidden. */
function drain(): void {
  if (document.visibilityState === 'visible') return
  if (frame !== null) cancelAnimationFrame(frame)
  frame = null
  const work = queue
  queue = []
  for (const act of work) act()
}

export function inNextBatch(act: () => void): void {
  queue.push(act)
  if (!listening) document.addEventListener('visibilitychange', drain)
  listening = true
  if (document.visibilityState !== 'visible') drain()
  else frame ??= requestAnimationFrame(flush)
}
