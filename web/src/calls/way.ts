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

/**
 * One way to the house, from its offer to its end. It is one connection, or two: where the house sends by another one
 * than we do, it offers that, and we answer.
 */
export class Way {
  readonly #senders: Partial<Record<Kind, RTCRtpSender>> = {}

  readonly #peer: RTCPeerConnection
  #peers: RTCPeerConnection[] = []

  constructor(
    private readonly made: () => RTCPeerConnection,
    wanted: Wanted,
    private readonly hooks: WayHooks,
  ) {
    const peer = (this.#peer = this.#another())
    for (const { kind, direction } of sectionsOf(wanted)) {
      const transceiver = peer.addTransceiver(kind, { direction })
      onlyForwarded(transceiver, kind)
      if (direction === 'sendrecv') this.#senders[kind] = transceiver.sender
    }
  }

  get connected(): boolean {
    return this.#peers.every((one) => one.connectionState === 'connected')
  }

  get failed(): boolean {
    return this.#peers.length === 0 || this.#peers.some((one) => one.connectionState === 'failed' || one.connectionState === 'closed')
  }

  /** Candidates are not waited for: the house finds the way back by where we come from. */
  async offer(): Promise<string> {
    await this.#peer.setLocalDescription()
    return this.#peer.localDescription?.sdp ?? ''
  }

  /** What we answer to what the house offers for its part; null where it does not. */
  async answered(sdp: string, offer?: string): Promise<string | null> {
    await this.#peer.setRemoteDescription({ type: 'answer', sdp })
    if (!offer) return null
    const back = this.#another()
    await back.setRemoteDescription({ type: 'offer', sdp: offer })
    await back.setLocalDescription()
    // Whoever sends nothing has agreed with the house on nothing, and nothing will ever connect there.
    if (!this.#peer.getTransceivers().some((one) => one.currentDirection === 'sendonly')) this.#drop(this.#peer)
    return back.localDescription?.sdp ?? ''
  }

  /** What goes out from now on; nothing where this way has no room for it. */
  async give(kind: Kind, track: MediaStreamTrack | null): Promise<void> {
    await this.#senders[kind]?.replaceTrack(track)
  }

  close(): void {
    for (const one of this.#peers) this.#drop(one)
  }

  #another(): RTCPeerConnection {
    const peer = this.made()
    peer.ontrack = ({ track }) => this.hooks.track(track)
    peer.onconnectionstatechange = () => this.hooks.state()
    this.#peers.push(peer)
    return peer
  }

  #drop(peer: RTCPeerConnection): void {
    peer.ontrack = null
    peer.onconnectionstatechange = null
    this.#peers = this.#peers.filter((one) => one !== peer)
    peer.close()
  }
}
