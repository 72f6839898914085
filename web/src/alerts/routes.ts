import { Bell } from '@lucide/vue'

import type { Area } from '@/shell/places'
import type { Role } from '@/stores/session'

const roles: Role[] = ['supervisor']

export const routes: Area['routes'] = [{ path: '/alerts', component: () => import('./AlertsPage.vue'), meta: { roles, title: 'nav.alerts' } }]
export const places: Area['places'] = [{ to: '/alerts', label: 'nav.alerts', icon: Bell, section: 'supervise', roles, order: 30 }]
