import { UsersRound } from '@lucide/vue'

import type { Area } from '@/shell/places'

export const routes: Area['routes'] = [
  { path: '/agents', component: () => import('./Agents.vue'), meta: { roles: ['supervisor'], title: 'nav.agents' } },
]
export const places: Area['places'] = [
  { to: '/agents', label: 'nav.agents', icon: UsersRound, section: 'supervise', roles: ['supervisor'], order: 2 },
]
