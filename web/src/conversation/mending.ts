import { api } from '@/api/client'
import { sayProblem } from '@/dialogs/acts'

/** Has a message sent again that did not reach the customer, or lets it be; a no is said. */
export async function mend(conversation: string, seq: number, drop: boolean): Promise<void> {
  try {
    await api.post(`/conversations/${conversation}/mend`, { seq, drop })
  } catch (error) {
    sayProblem(error)
  }
}
