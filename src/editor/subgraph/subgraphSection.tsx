// Panel sections of a subgraph: name, description and actions, for its node and for its inside.
import { presentFile } from '../workspace/state.ts'
import type { DiffusionNode } from '../../litegraph/diffusionNode.ts'
import type { Subgraph, WorkflowFile } from '../../workflow/file.ts'
import * as border from '../graph/border.ts'
import { texts } from '../texts/texts.ts'
import { enterNode, leaveLevel } from '../workspace/navigation.ts'
import { unpackNode } from './actions.ts'
import { SaveNodeButtons } from './saveNodeButtons.tsx'
import { useSubgraphs } from './services.ts'

export function SubgraphSection({ node, subgraph }: { node: DiffusionNode; subgraph: Subgraph }) {
  const editor = useSubgraphs()
  const words = texts.subgraph
  const count = countUses(presentFile.value, subgraph.id)
  return (
    <section class="section">
      <h3>{words.about}</h3>
      <div class="params">
        <DescriptionFields subgraph={subgraph} />
        {count > 1 && <p class="hint">{words.shared(count)}</p>}
        <div class="buttons">
          <button
            type="button"
            class="button outline small"
            onClick={() => enterNode(editor, node)}
          >
            {words.enter}
          </button>
          <button
            type="button"
            class="button outline small"
            onClick={() => unpackNode(editor, node)}
          >
            {words.unpack}
          </button>
        </div>
        <SaveNodeButtons node={node} subgraph={subgraph} />
      </div>
    </section>
  )
}

/** Head of the panel inside a subgraph, while no node is selected. */
export function OpenSubgraphSection({ subgraph }: { subgraph: Subgraph }) {
  const editor = useSubgraphs()
  const words = texts.subgraph
  const count = countUses(presentFile.value, subgraph.id)
  return (
    <section class="section head">
      <h2>{subgraph.name}</h2>
      <p class="kind">{words.about}</p>
      <div class="params">
        <DescriptionFields subgraph={subgraph} />
        {count > 1 && <p class="hint">{words.shared(count)}</p>}
        <div class="buttons">
          <button type="button" class="button outline small" onClick={() => leaveLevel(editor)}>
            {texts.commands.leave}
          </button>
        </div>
      </div>
    </section>
  )
}

const countUses = (whole: WorkflowFile, id: string) =>
  [whole, ...(whole.subgraphs ?? []).map(({ inside }) => inside)]
    .flatMap(({ nodes }) => nodes)
    .filter(({ type }) => type === id).length

function DescriptionFields({ subgraph: { id, name, description } }: { subgraph: Subgraph }) {
  const { workspace } = useSubgraphs()
  const words = texts.subgraph
  const change = (fields: { name?: string; description?: string }) =>
    void workspace.editWhole((whole) => border.describeSubgraph(whole, id, fields))
  return (
    <>
      <label class="param">
        <span class="label">{words.name}</span>
        <input
          key={name}
          class="field"
          type="text"
          maxLength={120}
          defaultValue={name}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
      </label>
      <label class="param">
        <span class="label">{words.description}</span>
        <textarea
          key={description}
          class="field"
          rows={2}
          maxLength={300}
          defaultValue={description}
          onChange={(event) => change({ description: event.currentTarget.value })}
        />
      </label>
    </>
  )
}
