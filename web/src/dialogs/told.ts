import { api } from '@/api/client'
import { translate as t } from '@/messages'

/** Acts of a supervisor that a customer is told of, where they can be. */
export type ToldAct = 'join' | 'leave' | 'take_over' | 'force_close'

interface CustomerTold {
  acts: Readonly<Record<ToldAct, string | null>>
}

/** Why the customer is not told of it, in words; null where they are, undefined where that could not be found out. */
export async function whyUntold(id: string, act: ToldAct): Promise<string | null | undefined> {
  try {
    const { acts } = await api.get<CustomerTold>(`/conversations/${id}/customer-told`)
    return acts[act] === null ? null : t(`dialogs.untold.${acts[act]}`)
  } catch {
    return undefined
  }
}

/** What is said of it when it is done, to who has joined. */
export function joinedDetail(why: string | null | undefined): string {
  if (why === undefined) return t('dialogs.done.joinedAgent')
  return why === null ? t('dialogs.done.joinedDetail') : t('dialogs.done.joinedOnly', { why })
}

/** And to who has done something else: nothing where the customer is told as usual. */
export const untoldDetail = (why: string | null | undefined): string | undefined => (why ? t('dialogs.done.untold', { why }) : undefined)
