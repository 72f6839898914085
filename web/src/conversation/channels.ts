import { FileText, Mail, MessageCircle, MessageSquare, MessagesSquare, Phone, Plug, Send, Video } from '@lucide/vue'
import type { Component } from 'vue'

import type { Channel } from './types'

export const channelIcon: Record<Channel, Component> = {
  live_chat: MessageCircle,
  persistent_chat: MessagesSquare,
  sms: MessageSquare,
  whatsapp: MessageSquare,
  messenger: MessageSquare,
  telegram: Send,
  email: Mail,
  custom: Plug,
  voice: Phone,
  video: Video,
  record: FileText,
}
