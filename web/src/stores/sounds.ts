import { defineStore } from 'pinia'
import { computed, type Ref } from 'vue'

import { useSession } from './session'
import { storedRef } from './stored'

/** Whether this account wants to hear what happens, in this browser: offers, and that it rings at somebody who is called. */
export const useSounds = defineStore('sounds', () => {
  const session = useSession()
  const known = new Map<string, Ref<boolean>>()

  function mine(): Ref<boolean> {
    const me = session.me?.id ?? ''
    const found = known.get(me) ?? storedRef(me, 'desk.sound', true)
    known.set(me, found)
    return found
  }
  const on = computed({ get: () => mine().value, set: (wanted) => (mine().value = wanted) })

  return { on }
})
