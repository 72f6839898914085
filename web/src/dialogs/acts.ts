import { defineStore } from 'pinia'
import { shallowReactive, shallowRef } from 'vue'

import { api } from '@/api/client'
import { Problem } from '@/api/problem'
import { useCalls } from '@/calls/useCalls'
import type { BoardRow, Heeded } from '@/conversation/types'
import { translate as t } from '@/messages'
import { problemDetail, problemTitle } from '@/messages/problems'
import { useSession } from '@/stores/session'
import { toast } from '@/ui/toasts'

import { isAcknowledged } from './acknowledgement'
import { actEntry, type RowAct } from './list'
import { joinedDetail, untoldDetail, whyUntold } from './told'

/** Rows are what the list shows; a page that stands alone gives the state it has. */
export type Subject = Pick<
  BoardRow,
  'id' | 'customer' | 'agent' | 'bot' | 'queue' | 'acts' | 'offers' | 'channel' | 'mode' | 'state' | 'stage' | 'participants' | 'removed' | 'call' | 'units'
  | keyof Heeded
>

export interface OpenDialog {
  kind: 'assign' | 'transfer' | 'hand_over' | 'force_close' | 'acknowledge' | 'attention'
  subjects: readonly Subject[]
  giveFocusBack: () => void
  /** What goes on once it is acknowledged. */
  then?: () => void
}

export interface Outcome {
  id: string
  name: string
  problem: Problem | null
}

export function sayProblem(error: unknown): void {
  const problem = Problem.from(error)
  toast({ tone: 'bad', title: problemTitle(problem), detail: problemDetail(problem) || undefined })
}

/** Every act of a supervisor passes here: checks, dialogs, the request, and what is said about it. */
export const useActs = defineStore('acts', () => {
  const dialog = shallowRef<OpenDialog | null>(null)
  /** `what` the items are, unless they are conversations; `asked` is the agent who has yet to say yes to them. */
  const outcomes = shallowRef<{ act: string; items: readonly Outcome[]; what?: string; asked?: string } | null>(null)
  const running = shallowReactive(new Set<string>())
  const calls = useCalls()

  function show(kind: OpenDialog['kind'], subjects: readonly Subject[], giveFocusBack: () => void = () => undefined): void {
    dialog.value = { kind, subjects, giveFocusBack }
  }

  /** One request at a time for an act on a conversation: a double click is one click. */
  async function request(name: string, subject: Pick<Subject, 'id'>, send: () => Promise<unknown>): Promise<boolean> {
    const key = `${name} ${subject.id}`
    if (running.has(key)) return false
    running.add(key)
    try {
      await send()
      return true
    } catch (error) {
      sayProblem(error)
      return false
    } finally {
      running.delete(key)
    }
  }

  const name = (subject: Subject) => ({ name: subject.customer.name })

  /** Monitoring and joining ask once whether the purpose is understood. */
  async function acknowledged(subject: Subject, giveFocusBack: () => void): Promise<boolean> {
    try {
      if (await isAcknowledged(useSession().me?.id ?? '')) return true
    } catch (error) {
      sayProblem(error)
      return false
    }
    return new Promise((resolve) => {
      dialog.value = { kind: 'acknowledge', subjects: [subject], giveFocusBack: () => (giveFocusBack(), resolve(false)), then: () => resolve(true) }
    })
  }

  async function monitor(subject: Subject, giveFocusBack: () => void = () => undefined): Promise<boolean> {
    if (!(await acknowledged(subject, giveFocusBack))) return false
    const done = await request('monitor', subject, () => api.post(`/conversations/${subject.id}/monitor`))
    if (done && subject.call) calls.enter(subject.id)
    return done
  }

  async function join(subject: Subject, giveFocusBack: () => void = () => undefined): Promise<boolean> {
    if (!(await acknowledged(subject, giveFocusBack))) return false
    const why = whyUntold(subject.id, 'join')
    const done = await request('join', subject, () => api.post(`/conversations/${subject.id}/join`))
    if (done && subject.call) calls.enter(subject.id)
    if (done) toast({ tone: 'good', title: t('dialogs.done.joined', name(subject)), detail: joinedDetail(await why) })
    return done
  }

  async function leave(subject: Subject): Promise<boolean> {
    const why = whyUntold(subject.id, 'leave')
    const done = await request('leave', subject, () => api.post(`/conversations/${subject.id}/leave`))
    if (done) toast({ tone: 'good', title: t('dialogs.done.left', name(subject)), detail: untoldDetail(await why) })
    return done
  }

  async function takeOver(subject: Subject): Promise<boolean> {
    const why = whyUntold(subject.id, 'take_over')
    const done = await request('take_over', subject, () => api.post(`/conversations/${subject.id}/take-over`))
    if (done && subject.call) calls.enter(subject.id)
    if (done) toast({ tone: 'good', title: t('dialogs.done.tookOver', name(subject)), detail: untoldDetail(await why) })
    return done
  }

  const pauseBot = (subject: Subject) => request('pause_bot', subject, () => api.post(`/conversations/${subject.id}/bot-pause`))
  const resumeBot = (subject: Subject) => request('resume_bot', subject, () => api.del(`/conversations/${subject.id}/bot-pause`))
  const stopMonitor = (subject: Subject) => request('stop_monitor', subject, () => api.del(`/conversations/${subject.id}/monitor`))

  /** Only the agent hears me from now on; the click is also when the browser may ask for the microphone. */
  async function coach(subject: Subject): Promise<boolean> {
    const done = await request('coach', subject, () => api.post(`/conversations/${subject.id}/coach`))
    if (done) calls.enter(subject.id)
    return done
  }
  const stopCoach = (subject: Subject) => request('stop_coach', subject, () => api.del(`/conversations/${subject.id}/coach`))
  /** Acts of the call itself: on hold and back, and to its end. */
  const inCall = (act: 'hold' | 'unhold' | 'end-call' | 'end' | 'recording/pause' | 'recording/resume', subject: Pick<Subject, 'id'>) =>
    request(act, subject, () => api.post(`/conversations/${subject.id}/${act}`))
  /** Calls a customer again who was not reached, and stands ready for them. */
  async function redial(subject: Pick<Subject, 'id'>): Promise<boolean> {
    const done = await request('redial', subject, () => api.post(`/conversations/${subject.id}/redial`))
    if (done) calls.enter(subject.id)
    return done
  }
  /** Asks the customer into a call, and stands ready for it. */
  async function elevate(subject: Pick<Subject, 'id'>, mode: 'voice' | 'video'): Promise<boolean> {
    const done = await request('elevate', subject, () => api.post(`/conversations/${subject.id}/elevate`, { mode }))
    if (done) calls.enter(subject.id)
    return done
  }

  /** An act of the list by its name. True when it is done; false when not, or when a dialog goes on. */
  async function run(act: RowAct, subject: Subject, giveFocusBack: () => void = () => undefined): Promise<boolean> {
    const entry = actEntry(act)
    if (!entry.shown(subject) || subject.removed) return false
    const reason = entry.reason(subject)
    if (reason !== null) {
      toast({ tone: 'warn', title: t(`dialogs.acts.${act}`), detail: reason })
      return false
    }
    if (act === 'monitor') return monitor(subject, giveFocusBack)
    if (act === 'join') return join(subject, giveFocusBack)
    show(act === 'transfer' && subject.bot ? 'hand_over' : act, [subject], giveFocusBack)
    return false
  }

  return { dialog, outcomes, running, show, run, monitor, stopMonitor, join, leave, takeOver, coach, stopCoach, inCall, redial, elevate, pauseBot, resumeBot }
})
