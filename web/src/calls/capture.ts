/** Microphone and camera. Nothing here asks for either before it is told to, and what is stopped is off at once. */
export type Kind = 'audio' | 'video'
/** Why there is no sound or picture of mine: forbidden, none there, another program has it, or the page may not even ask. */
export type Trouble = 'denied' | 'missing' | 'taken' | 'insecure'

/** Devices by their ids; an empty one is the browser's own choice. */
export interface Choice {
  microphone: string
  camera: string
  speaker: string
}
export const ANY: Choice = { microphone: '', camera: '', speaker: '' }

export type Ask = (wanted: MediaStreamConstraints) => Promise<MediaStream>

/** The browser's question. Where a page is not secure it has none. */
export const askBrowser: Ask = async (wanted) => {
  const { mediaDevices } = navigator as { mediaDevices?: MediaDevices }
  if (!mediaDevices) throw new DOMException('', 'SecurityError')
  return mediaDevices.getUserMedia(wanted)
}

export function troubleOf(error: unknown): Trouble {
  const name = error instanceof Error || error instanceof DOMException ? error.name : ''
  if (name === 'NotAllowedError') return 'denied'
  if (name === 'SecurityError') return 'insecure'
  return name === 'NotReadableError' || name === 'AbortError' ? 'taken' : 'missing'
}

const PICTURE = { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 15, max: 24 } }
const SOUND = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 }

/** Whether the browser would give the microphone without asking; false where it does not say. */
export async function isGranted(kind: Kind = 'audio'): Promise<boolean> {
  try {
    const name = (kind === 'audio' ? 'microphone' : 'camera') as PermissionName
    return (await navigator.permissions.query({ name })).state === 'granted'
  } catch {
    return false
  }
}

/** The devices that there are. They have names only once one of them may be used. */
export async function devices(): Promise<Record<'microphones' | 'cameras' | 'speakers', MediaDeviceInfo[]>> {
  const { mediaDevices } = navigator as { mediaDevices?: MediaDevices }
  const all = (await mediaDevices?.enumerateDevices().catch(() => [])) ?? []
  const of = (kind: MediaDeviceKind) => all.filter((one) => one.kind === kind && one.deviceId !== '')
  return { microphones: of('audioinput'), cameras: of('videoinput'), speakers: of('audiooutput') }
}

interface Held {
  track: MediaStreamTrack | null
  trouble: Trouble | null
  asking: Promise<MediaStreamTrack | null> | null
  /** Which question is the current one: what comes for an earlier one is stopped. */
  turn: number
}

const nothing = (): Held => ({ track: null, trouble: null, asking: null, turn: 0 })

/** What this page takes from microphone and camera, one track of each at most. */
export class Capture {
  readonly #held: Record<Kind, Held> = { audio: nothing(), video: nothing() }

  constructor(
    private readonly ask: Ask,
    private readonly changed: () => void,
    public choice: Choice = ANY,
  ) {}

  track(kind: Kind): MediaStreamTrack | null {
    return this.#held[kind].track
  }

  trouble(kind: Kind): Trouble | null {
    return this.#held[kind].trouble
  }

  /** The browser asks, or the device is being opened. */
  isAsking(kind: Kind): boolean {
    return this.#held[kind].asking !== null
  }

  /** The track that there is, or a new one; null where there is none to be had, for the reason that `trouble` says. */
  async start(kind: Kind): Promise<MediaStreamTrack | null> {
    const held = this.#held[kind]
    if (held.track?.readyState === 'live') return held.track
    held.asking ??= this.#open(kind, held)
    this.changed()
    return held.asking
  }

  /** Another device, if one is in use. */
  async again(kind: Kind): Promise<MediaStreamTrack | null> {
    this.stop(kind)
    return this.start(kind)
  }

  stop(kind: Kind): void {
    const held = this.#held[kind]
    held.turn += 1
    held.asking = null
    held.trouble = null
    held.track?.stop()
    held.track = null
    this.changed()
  }

  async #open(kind: Kind, held: Held): Promise<MediaStreamTrack | null> {
    const turn = ++held.turn
    const { microphone, camera } = this.choice
    const wanted = kind === 'audio' ? { audio: { ...SOUND, ...one(microphone) } } : { video: { ...PICTURE, ...one(camera) } }
    try {
      const stream = await this.ask(wanted)
      const [track = null] = kind === 'audio' ? stream.getAudioTracks() : stream.getVideoTracks()
      if (turn !== held.turn) {
        track?.stop()
        return null
      }
      held.track = track
      held.trouble = track ? null : 'missing'
    } catch (error) {
      if (turn !== held.turn) return null
      held.trouble = troubleOf(error)
    }
    held.asking = null
    this.changed()
    return held.track
  }
}

/** Wished for, not demanded: a device that was unplugged gives way to another. */
function one(id: string): { deviceId?: { ideal: string } } {
  return id ? { deviceId: { ideal: id } } : {}
}
