import { beforeEach, describe, expect, it, vi } from 'vitest'

import { FakeAudio, FakePeer, FakeStream, FakeTrack } from '../../../calls/fakes'
import type { Chat } from '../../chat'
import type { Call, Item } from '../../types'
import { CustomerCall } from './customer'

const ASKED: Call = { id: 'one', mode: 'video', state: 'asked', held: false }
const ON: Call = { ...ASKED, state: 'on' }
const VOICE: Call = { ...ON, mode: 'voice' }

const world = { asked: [] as MediaStreamConstraints[], tracks: [] as FakeTrack[], peers: [] as FakePeer[], posted: [] as string[], forbidden: false, permission: 'prompt', refuses: false }

/** A customer's page; `becomes` is what the house says of their call. */
function page() {
  const said: { op: string }[] = []
  const chat = {
    view: { talk: { situation: null as { call: Call | null } | null } },
    onChange: () => undefined,
    say: (frame: { op: string }) => void said.push(frame),
    access: () => ({ server: 'https://house.example', headers: {} }),
  }
  const call = new CustomerCall(chat as unknown as Chat)
  const settled = () => new Promise((resolve) => setTimeout(resolve))
  return {
    call,
    said,
    settled,
    offers: () => said.filter((one) => one.op === 'call').length,
    async becomes(known: Call | null) {
      chat.view.talk.situation = { call: known }
      call.hear([{ kind: 'conversation', id: 'c', state: 'active' } as Item])
      await settled()
    },
  }
}

beforeEach(() => {
  Object.assign(world, { asked: [], tracks: [], peers: [], posted: [], forbidden: false, permission: 'prompt', refuses: false })
  sessionStorage.clear()
  vi.stubGlobal('MediaStream', FakeStream)
  vi.stubGlobal('Audio', FakeAudio)
  vi.stubGlobal('BroadcastChannel', undefined)
  vi.stubGlobal('RTCPeerConnection', function made() {
    const peer = new FakePeer()
    world.peers.push(peer)
    return peer
  })
  vi.stubGlobal('navigator', {
    permissions: { query: async () => ({ state: world.permission }) },
    mediaDevices: {
      getUserMedia: async (wanted: MediaStreamConstraints) => {
        world.asked.push(wanted)
        if (world.forbidden) throw new DOMException('', 'NotAllowedError')
        const track = new FakeTrack(wanted.audio ? 'audio' : 'video')
        world.tracks.push(track)
        return new FakeStream([track])
      },
    },
  })
  vi.stubGlobal('fetch', async (address: string, { method, body }: RequestInit) => {
    const path = new URL(address).pathname.replace('/widget/v1/', '')
    if (method === 'POST') world.posted.push(`${path} ${typeof body === 'string' ? body : ''}`.trim())
    return world.refuses ? new Response('{"title":"Too late"}', { status: 409 }) : new Response('{"ice_servers":[]}')
  })
})

describe('being asked into a call', () => {
  it('touches neither microphone nor network before somebody has said yes', async () => {
    const house = page()
    await house.becomes(ASKED)
    expect(house.call.known).toEqual(ASKED)
    expect([world.asked, house.said]).toEqual([[], []])
    await house.call.decline()
    expect(world.posted).toEqual(['call/decline'])
    expect(world.asked).toEqual([])
  })

  it.each(['voice', 'video'] as const)('comes in by %s, and shows a picture only by video', async (mode) => {
    const house = page()
    await house.becomes(ASKED)
    await house.call.accept(mode)
    expect(world.posted).toEqual([`call/accept {"mode":"${mode}"}`])
    await house.becomes(ON)
    await house.settled()
    expect(house.offers()).toBe(1)
    expect(world.asked.map((one) => (one.audio ? 'audio' : 'video'))).toEqual(mode === 'video' ? ['audio', 'video'] : ['audio'])
  })

  it('says why nobody could be heard, and leaves the question open', async () => {
    world.forbidden = true
    const house = page()
    await house.becomes(ASKED)
    await house.call.accept('voice')
    expect(world.posted).toEqual([])
    expect(house.call.line.view().trouble.audio).toBe('denied')
    world.forbidden = false
    await house.call.accept('voice')
    expect(world.posted).toHaveLength(1)
  })

  it('lets go of the microphone where the answer came too late', async () => {
    world.refuses = true
    const house = page()
    await house.becomes(ASKED)
    await house.call.accept('voice')
    expect(house.call.problem).toBe('Too late')
    expect(world.tracks.map((track) => track.readyState)).toEqual(['ended'])
    await house.becomes(VOICE)
    expect(house.offers()).toBe(0)
  })
})

describe('calling', () => {
  it('begins only with a microphone, and the call that comes is theirs', async () => {
    world.forbidden = true
    const house = page()
    const begin = vi.fn(async (ready: () => Promise<boolean>) => ready())
    await house.call.begin(begin)
    await house.becomes(VOICE)
    expect(house.offers()).toBe(0)
    world.forbidden = false
    const again = page()
    await again.call.begin(begin)
    await again.becomes(VOICE)
    expect(again.offers()).toBe(1)
    expect(again.call.isIn).toBe(true)
  })
})

describe('being called back', () => {
  it('is asked for with a number, and the browser leaves the call with every track', async () => {
    const house = page()
    await house.becomes(VOICE)
    house.call.come()
    await house.settled()
    await house.call.callBack('+358 40 123 4567')
    expect(world.posted).toEqual(['call/back {"number":"+358 40 123 4567"}'])
    await house.becomes({ ...VOICE, id: 'back', state: 'wanted' })
    expect(world.tracks.map((track) => track.readyState)).toEqual(['ended'])
    expect(world.peers.map((peer) => peer.connectionState)).toEqual(['closed'])
    const offers = house.offers()
    await house.becomes({ ...VOICE, id: 'rung', state: 'telephone' })
    await house.settled()
    expect([house.call.isIn, house.offers(), house.call.number]).toEqual([false, offers, '+358 40 123 4567'])
  })

  it('that is refused leaves one where one was, and says why', async () => {
    const house = page()
    await house.becomes(VOICE)
    house.call.come()
    await house.settled()
    world.refuses = true
    await house.call.callBack('+1900')
    expect([house.call.problem, house.call.isIn, house.call.number]).toEqual(['Too late', true, ''])
    expect(world.tracks[0]?.readyState).toBe('live')
  })
})

describe('a call that goes on', () => {
  it('is not taken by a page on which nobody has said yes', async () => {
    const house = page()
    await house.becomes(VOICE)
    expect([house.call.isIn, house.offers(), world.asked.length]).toEqual([false, 0, 0])
    house.call.come()
    await house.settled()
    expect([house.call.isIn, house.offers()]).toEqual([true, 1])
  })

  it.each(['granted', 'prompt'])('goes on after the page was loaded anew, where the browser need not ask (%s)', async (permission) => {
    const before = page()
    await before.becomes(VOICE)
    before.call.come()
    before.call.mute()
    world.permission = permission
    world.asked = []
    const after = page()
    await after.becomes(VOICE)
    await after.settled()
    expect(after.call.isIn).toBe(permission === 'granted')
    expect(world.asked).toHaveLength(permission === 'granted' ? 1 : 0)
    expect(after.call.line.view().muted).toBe(true)
  })

  it('ends with every track and connection', async () => {
    const house = page()
    await house.becomes(ASKED)
    await house.call.accept('video')
    await house.becomes(ON)
    await house.settled()
    await house.call.hangUp()
    expect(world.posted.at(-1)).toBe('call/hang-up')
    await house.becomes(null)
    expect(world.tracks.map((track) => track.readyState)).toEqual(['ended', 'ended'])
    expect(world.peers.map((peer) => peer.connectionState)).toEqual(['closed'])
    expect(house.call.known).toBeNull()
    await house.becomes({ ...VOICE, id: 'two' })
    expect(house.offers()).toBe(1)
  })

  it('is over where the chat is', async () => {
    const house = page()
    await house.becomes(VOICE)
    house.call.come()
    await house.settled()
    house.call.hear(null)
    expect(world.tracks[0]?.readyState).toBe('ended')
    expect(world.peers[0]?.connectionState).toBe('closed')
  })
})
