import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'

import { api, whenFactorNeeded, whenSignedOut } from '@/api/client'
import { Problem } from '@/api/problem'
import { startLive, stopLive, whenLiveSignedOut } from '@/live'
import { preferredLanguage, useLanguage, type Language } from '@/messages'

export type Role = 'agent' | 'supervisor' | 'administrator' | 'auditor' | 'integration'

/** `GET /me`. */
export interface Me {
  id: string
  name: string
  email: string
  roles: Role[]
  organization: { id: string; name: string }
  /** The supervisor's rights that are on for this account. */
  rights: string[]
  queues: { id: string; name: string }[]
  supervised: { id: string; name: string }[]
  supervises_all: boolean
  /** The organization's, by whose clock days and hours are counted. */
  time_zone: string
  /** Whether figures of individual agents are shown to this account. */
  agent_figures: boolean
  language: string
  /** Kinds of text still to be acknowledged. */
  acknowledgements: string[]
  second_factor: boolean
  /** Whether the organization asks for one: without it nothing is open but getting it. */
  second_factor_needed: boolean
  /** Who this account is at the identity provider. */
  sign_in_link: { issuer: string; linked_at: string } | null
  /** Whether the provider opened this session. */
  by_provider: boolean
}

export const useSession = defineStore('session', () => {
  const me = shallowRef<Me | null>(null)
  const expired = shallowRef(false)
  const has = (role: Role): boolean => me.value?.roles.includes(role) ?? false
  const isSupervisor = computed(() => has('supervisor'))
  const isAgent = computed(() => has('agent'))
  const isAdministrator = computed(() => has('administrator'))
  const isAuditor = computed(() => has('auditor'))

  const lacksFactor = computed(() => Boolean(me.value?.second_factor_needed && !me.value.second_factor))

  /** Where this account's day starts; nowhere while nobody is known to be signed in. */
  const home = computed(() => {
    if (!me.value) return '/sign-in'
    if (lacksFactor.value) return '/account/second-factor'
    if (isSupervisor.value) return '/floor'
    if (isAgent.value) return '/desk'
    return isAdministrator.value ? '/admin/supervision' : '/audit'
  })

  function forget(): void {
    if (me.value) expired.value = true
    me.value = null
    stopLive()
  }
  whenSignedOut(forget)
  whenLiveSignedOut(forget)

  /** Asks who is signed in; false when nobody is. */
  async function load(): Promise<boolean> {
    try {
      me.value = await api.get<Me>('/me')
    } catch (error) {
      if (Problem.from(error).status === 401) return false
      throw error
    }
    expired.value = false
    await useLanguage(preferredLanguage(me.value.language))
    if (lacksFactor.value) stopLive()
    else startLive()
    return true
  }

  whenFactorNeeded(() => {
    if (!lacksFactor.value) void load()
  })

  async function signIn(email: string, password: string, code?: string): Promise<void> {
    await api.post('/session', code ? { email, password, code } : { email, password })
    await load()
  }

  /** The code of the second factor, after the identity provider has proved who it is. */
  async function giveCode(code: string): Promise<void> {
    await api.post('/session/oidc/code', { code })
    await load()
  }

  /** In this browser at once; with the account too, so that the server speaks it everywhere. */
  async function chooseLanguage(language: Language): Promise<void> {
    await useLanguage(language, true)
    if (me.value) await api.patch('/me', { language }).catch(() => undefined)
  }

  async function signOut(): Promise<void> {
    await api.del('/session').catch(() => undefined)
    me.value = null
    expired.value = false
    stopLive()
    // Whoever comes next is not of this account's language.
    void useLanguage(preferredLanguage())
  }

  return { me, expired, has, isSupervisor, isAgent, isAdministrator, isAuditor, lacksFactor, home, load, signIn, giveCode, signOut, chooseLanguage }
})
