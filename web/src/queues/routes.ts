import { ListTree } from '@lucide/vue'

import type { Area } from '@/shell/places'
import type { Role } from '@/stores/session'

const roles: Role[] = ['supervisor']

export const routes: Area['routes'] = [{ path: '/queues', component: () => import('./QueuesPage.vue'), meta: { roles, title: 'nav.queues' } }]
export const places: Area['places'] = [{ to: '/queues', label: 'nav.queues', icon: ListTree, section: 'supervise', roles, order: 3 }]
