import type { Kind } from './capture'
import { sectionsOf, type Wanted } from './rules'

const CODECS: Record<Kind, RegExp> = { audio: /^audio\/opus$/i, video: /^video\/VP8$/i }

/** Offers what the house forwards, and nothing else: the offer stays short. */
function onlyForwarded(transceiver: RTCRtpTransceiver, kind: Kind): void {
  const { codecs = [] } = globalThis.RTCRtpReceiver?.getCapabilities(kind) ?? {}
  const known = codecs.filter((one) => CODECS[kind].test(one.mimeType))
  if (known.length > 0) transceiver.setCodecPreferences(known)
}

export interface WayHooks {
  track(track: MediaStreamTrack): void
  /** Its state has changed. */
  state(): void
}

/** One connection to the house, from its offer to its end. */
export class Way {
  readonly #senders: Partial<Record<Kind, RTCRtpSender>> = {}

  constructor(
    private readonly peer: RTCPeerConnection,
    wanted: Wanted,
    hooks: WayHooks,
  ) {
    for (const { kind, direction } of sectionsOf(wanted)) {
      const transceiver = peer.addTransceiver(kind, { direction })
      onlyForwarded(transceiver, kind)
      if (direction === 'sendrecv') this.#senders[kind] = transceiver.sender
    }
    peer.ontrack = ({ track }) => hooks.track(track)
    peer.onconnectionstatechange = () => hooks.state()
  }

  get connected(): boolean {
    return this.peer.connectionState === 'connected'
  }

  get failed(): boolean {
    return this.peer.connectionState === 'failed' || this.peer.connectionState === 'closed'
  }

  /** Candidates are not waited for: the house finds the way back by where we come from. */
  async offer(): Promise<string> {
    await this.peer.setLocalDescription()
    return this.peer.localDescription?.sdp ?? ''
  }

  async answered(sdp: string): Promise<void> {
    await this.peer.setRemoteDescription({ type: 'answer', sdp })
  }

  /** What goes out from now on; nothing where this way has no room for it. */
  async give(kind: Kind, track: MediaStreamTrack | null): Promise<void> {
    await this.#senders[kind]?.replaceTrack(track)
  }

  close(): void {
    this.peer.ontrack = null
    this.peer.onconnectionstatechange = null
    this.peer.close()
  }
}
