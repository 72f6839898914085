const HERTZ = 520
const SECONDS = 1
const LOUDNESS = 0.2

/** A second of sound from a loudspeaker, to hear whether it is the right one. */
export async function playTone(speaker: string): Promise<void> {
  const context = new AudioContext()
  const out = context.createMediaStreamDestination()
  const volume = context.createGain()
  const tone = context.createOscillator()
  tone.frequency.value = HERTZ
  volume.gain.setValueAtTime(LOUDNESS, context.currentTime)
  volume.gain.exponentialRampToValueAtTime(0.001, context.currentTime + SECONDS)
  tone.connect(volume).connect(out)
  const element = new Audio()
  element.srcObject = out.stream
  if (speaker) await element.setSinkId?.(speaker).catch(() => undefined)
  tone.onended = () => void context.close()
  tone.start()
  tone.stop(context.currentTime + SECONDS)
  await element.play().catch(() => undefined)
}
