import { computed, shallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRoute } from 'vue-router'

import { api } from '@/api/client'

const STORED = 'valvomo.organization'

/**
 * The identity provider of the sign-in page: what its button says, where it leads, and why nobody came in by it. Where a
 * server has several organizations, the page's address says whose it is; a browser remembers that.
 */
export function useProvider() {
  const { t, te } = useI18n()
  const route = useRoute()
  const label = shallowRef<string | null>(null)
  const organization = shallowRef<string | null>(null)

  async function ask(of: string | null): Promise<string | null> {
    const ways = await api.get<{ provider: string | null }>('/session/ways', of ? { organization: of } : {}).catch(() => null)
    return ways?.provider ?? null
  }
  async function load(): Promise<void> {
    const named = typeof route.query.organization === 'string' ? route.query.organization : null
    const known = named ?? localStorage.getItem(STORED)
    label.value = known ? await ask(known) : null
    if (known && label.value) {
      organization.value = known
      localStorage.setItem(STORED, known)
    } else {
      label.value = await ask(null)
    }
  }
  void load()

  const beginning = computed(() => {
    const query = new URLSearchParams()
    if (organization.value) query.set('organization', organization.value)
    if (typeof route.query.next === 'string') query.set('next', route.query.next)
    return `/api/v1/session/oidc?${query.toString()}`
  })
  /** In our own words: an address may be made up by anybody. */
  const refused = computed(() => {
    const key = `provider.refused.${typeof route.query.refused === 'string' ? route.query.refused : ''}`
    return route.query.refused && route.query.refused !== 'title' && te(key) ? t(key) : null
  })
  return { label, beginning, refused }
}
