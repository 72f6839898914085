import { History } from '@lucide/vue'

import type { Area } from '@/shell/places'

export const routes: Area['routes'] = [
  { path: '/replay', component: () => import('./ReplayPage.vue'), meta: { roles: ['supervisor'], title: 'replay.title' } },
]
export const places: Area['places'] = [{ to: '/replay', label: 'replay.title', icon: History, section: 'supervise', roles: ['supervisor'], order: 70 }]
