/** Gathers work and does it at most once a frame, or every 50 ms where no frame is drawn (a hidden tab). */
const HIDDEN_MS = 50

let queue: (() => void)[] = []
let scheduled = false

function flush(): void {
  scheduled = false
  const work = queue
  queue = []
  for (const act of work) act()
}

export function inNextBatch(act: () => void): void {
  queue.push(act)
  if (scheduled) return
  scheduled = true
  if (document.visibilityState === 'visible') requestAnimationFrame(flush)
  else setTimeout(flush, HIDDEN_MS)
}
