// A fault or notice, with its cure and a link to its node.
import { getText } from '../../engine/base/catalogue.ts'
import type { Fault } from '../../engine/messages/fault.ts'
import { outerId } from '../../engine/base/ids.ts'
import { formatPath } from '../graph/nodePaths.ts'
import { useRunning } from '../running/services.ts'
import { texts, translateMessage, translateTitle } from '../texts/texts.ts'
import { Prose } from '../ui/prose.tsx'
import { goToNode } from '../workspace/navigation.ts'
import { lazySection } from './lazySection.ts'

const CureButtons = lazySection(async () => (await import('./cureButtons.tsx')).CureButtons)

export function FaultCard({ fault, here }: { fault: Fault; here?: string }) {
  const editor = useRunning()
  const id = outerId(fault.node)
  const titles = id ? editor.stage.nodeTitles(id) : undefined
  // The slots inside a closed node are not visible.
  const spot = fault.node === id ? (fault.slot ?? fault.param) : undefined
  const path = titles && formatPath(titles.map(translateTitle))
  const place = [here === id ? undefined : path, spot].filter(Boolean).join(' · ')
  return (
    <div class={fault.notice ? 'fault notice' : 'fault'}>
      <div class="where">
        <span>{place || texts.panel.entireGraph}</span>
        {titles && here !== id && (
          <button type="button" class="link" onClick={() => goToNode(editor, id)}>
            {texts.panel.goToNode}
          </button>
        )}
      </div>
      <p>
        <Prose>{translateMessage(getText(fault, 'message'))}</Prose>
      </p>
      {fault.cure && (
        <p class="cure">
          <Prose>{translateMessage(getText(fault, 'cure'))}</Prose>
        </p>
      )}
      <CureButtons fault={fault} />
    </div>
  )
}
