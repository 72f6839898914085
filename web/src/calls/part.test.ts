import { describe, expect, it } from 'vitest'

import type { BoardRow, Call, Participant } from '@/conversation/types'

import { partOf, wantedOf } from './part'

const CALL: Call = { id: 'call', mode: 'video', state: 'on', since: '', held_since: null, coached_by: [], recording: null }
const as = (...roles: Participant['role'][]): Participant[] => roles.map((role) => ({ id: 'me', name: 'Saara', role, public: true }))
const seen = (change: Partial<BoardRow>) => ({ call: CALL, agent: { id: 'eino', name: 'Eino' }, stage: 'accepted' as const, participants: [] as Participant[], ...change })

describe('as what I am in a call', () => {
  it.each([
    ['nobody', seen({}), null],
    ['its agent', seen({ agent: { id: 'me', name: 'Saara' } }), 'agent'],
    ['nobody before I have accepted', seen({ agent: { id: 'me', name: 'Saara' }, stage: 'offered' }), null],
    ['who is asked for advice', seen({ participants: as('consult') }), 'consult'],
    ['who has joined', seen({ participants: as('monitor', 'supervisor') }), 'speaker'],
    ['who listens', seen({ participants: as('monitor') }), 'listener'],
    ['who listens while another one coaches', seen({ participants: as('monitor'), call: { ...CALL, coached_by: [{ id: 'other', name: 'Olli' }] } }), 'listener'],
    ['who coaches', seen({ participants: as('monitor'), call: { ...CALL, coached_by: [{ id: 'me', name: 'Saara' }] } }), 'whisperer'],
  ])('%s', (_, state, part) => {
    expect(partOf(state, 'me')).toBe(part)
    expect(wantedOf(state, 'me')).toEqual(part && { call: 'call', mode: 'video', part })
  })

  it('is in no call that is not on', () => {
    expect(wantedOf(seen({ participants: as('consult'), call: null }), 'me')).toBeNull()
    expect(wantedOf(seen({ participants: as('consult'), call: { ...CALL, state: 'asked' } }), 'me')).toBeNull()
  })
})
