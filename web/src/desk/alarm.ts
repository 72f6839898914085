/** How an agent hears of an offer who looks elsewhere: a sound made here, and a notification of the system. */
const NOTES_HZ = [660, 880]
const NOTE_SECONDS = 0.18
const LOUDNESS = 0.15

let audio: AudioContext | null = null

/** Browsers let a page sound once somebody has touched it. */
export function readySound(): void {
  audio ??= new AudioContext()
  void audio.resume()
}

/** Gets the sound ready at the first touch or key that a browser takes for one; the answer ends the waiting. */
export function readySoundWhenTouched(): () => void {
  const kinds = ['pointerdown', 'keydown'] as const
  const stop = (): void => kinds.forEach((kind) => document.removeEventListener(kind, touched, true))
  function touched(): void {
    readySound()
    // Some keys, as Escape, are no touch to a browser: it goes on waiting.
    if (audio?.state === 'running') stop()
    else void audio?.resume().then(stop)
  }
  for (const kind of kinds) document.addEventListener(kind, touched, true)
  return stop
}

function chime(): void {
  if (!audio || audio.state !== 'running') return
  const volume = audio.createGain()
  volume.connect(audio.destination)
  const begin = audio.currentTime
  for (const [index, pitch] of NOTES_HZ.entries()) {
    const at = begin + index * NOTE_SECONDS
    const tone = audio.createOscillator()
    tone.frequency.value = pitch
    tone.connect(volume)
    tone.start(at)
    tone.stop(at + NOTE_SECONDS)
    volume.gain.setValueAtTime(LOUDNESS, at)
    volume.gain.exponentialRampToValueAtTime(0.001, at + NOTE_SECONDS)
  }
}

const HOLD_MS = 2000

/** Of all tabs of this browser one makes the sound. */
export function soundOnce(name: string): void {
  if (!('locks' in navigator)) {
    chime()
    return
  }
  void navigator.locks.request(`valvomo.sound.${name}`, { ifAvailable: true }, async (lock) => {
    if (!lock) return
    chime()
    await new Promise((resolve) => setTimeout(resolve, HOLD_MS))
  })
}

export function canAskToNotify(): boolean {
  return 'Notification' in window && Notification.permission === 'default'
}

/** A notification where it is permitted and the page is not looked at; the same `tag` from many tabs is one. */
export function notifyOnce(tag: string, title: string, body: string): void {
  if (!('Notification' in window) || Notification.permission !== 'granted' || document.hasFocus()) return
  const shown = new Notification(title, { tag, body })
  shown.onclick = () => {
    window.focus()
    shown.close()
  }
}
