import { Archive } from '@lucide/vue'

import type { Area } from '@/shell/places'

export const routes: Area['routes'] = [
  {
    path: '/conversations/:id',
    component: () => import('./ConversationPage.vue'),
    meta: { roles: ['supervisor', 'administrator', 'agent'], title: 'conversation.title' },
  },
  { path: '/closed', component: () => import('./ClosedPage.vue'), meta: { roles: ['supervisor'], title: 'pane.closed.title' } },
]
export const places: Area['places'] = [
  { to: '/closed', label: 'nav.closed', icon: Archive, section: 'supervise', roles: ['supervisor'], order: 3 },
]
