import { ScrollText } from '@lucide/vue'

import type { Area } from '@/shell/places'
import type { Role } from '@/stores/session'

const roles: Role[] = ['auditor', 'administrator', 'supervisor']

export const routes: Area['routes'] = [
  { path: '/audit', component: () => import('./AuditPage.vue'), meta: { roles, title: 'nav.audit' } },
]
export const places: Area['places'] = [{ to: '/audit', label: 'nav.audit', icon: ScrollText, section: 'configure', roles, order: 90, otherwise: { unless: 'administrator', section: 'supervise' } }]
