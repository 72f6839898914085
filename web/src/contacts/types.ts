import type { Named } from '@/conversation/types'

export interface ContactItem {
  id: string
  name: string
  email: string | null
  phone: string | null
  company: string
  language: string
  about: string
  created_at: string
  revision: number
  into: Named | null
}
/** A customer: the contact that they are shown as, and all that are merged into it. */
export interface Contact {
  contact: ContactItem
  merged: readonly { contact: ContactItem; into: Named; at: string | null; by: string | null }[]
  /** By what a channel vouches for them, the first first. */
  identities: readonly { kind: string; value: string; verified_at: string }[]
  may_merge: boolean
  may_forget: boolean
  /** They were removed for good; in so many conversations it is still written. */
  forgotten: { at: string; remaining: number; emptied_at: string | null } | null
}
