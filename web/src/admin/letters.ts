/** Kinds of letters that webhooks can be asked for (`protocol/letters.py`). */
export const LETTER_KINDS = [
  'conversation.started',
  'conversation.agent_joined',
  'conversation.supervisor_joined',
  'conversation.supervisor_left',
  'conversation.consult_joined',
  'conversation.consult_left',
  'conversation.back_in_queue',
  'conversation.handed_to_people',
  'conversation.house_says',
  'conversation.supervisor_ended',
  'conversation.agent_ended',
  'conversation.ended',
  'conversation.closed',
  'message.posted',
  'alert.raised',
] as const
