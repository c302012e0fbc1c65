// Details while no node is selected: of the workflow, or of the open subgraph.
import { useRunning } from '../running/services.ts'
import { MathText } from '../ui/math.tsx'
import { OpenSubgraphSection } from '../subgraph/subgraphSection.tsx'
import { subscribeToGraph, workflowId, workflowName } from '../workspace/state.ts'
import { settings } from '../storage/settings.ts'
import { runState } from '../running/state.ts'
import { texts, translateWorkflow } from '../texts/texts.ts'
import { FaultCard } from './faultCard.tsx'
import { RunFiles } from './lazyRunFiles.ts'
import { lazySection } from './lazySection.ts'
import { Section } from './section.tsx'

const MeasureList = lazySection(
  async () => (await import('../running/measureList.tsx')).MeasureList,
)

/** Title and description of the workflow. */
function WorkflowHead() {
  const { workspace } = useRunning()
  const about = translateWorkflow(workspace.about())
  return (
    <section class="section head">
      <h2>
        <MathText>{translateWorkflow(workflowName.value)}</MathText>
      </h2>
      <textarea
        key={`${workflowId.value} ${about}`}
        class="about-text"
        aria-label={texts.panel.about}
        placeholder={texts.panel.aboutPlaceholder}
        defaultValue={about}
        rows={4}
        onChange={(event) => workspace.setAbout(event.currentTarget.value)}
      />
    </section>
  )
}

/** Details while no node is selected: of the workflow, or of the open subgraph. */
export function WorkflowDetails() {
  subscribeToGraph()
  const editor = useRunning()
  const { faults, notices, files } = runState
  const subgraph = editor.stage.subgraph()
  return (
    <>
      {subgraph ? <OpenSubgraphSection subgraph={subgraph} /> : <WorkflowHead />}
      {faults.value.length > 0 && (
        <Section title={texts.panel.problems}>
          {faults.value.map((fault, i) => (
            <FaultCard key={i} fault={fault} />
          ))}
        </Section>
      )}
      {notices.value.length > 0 && (
        <Section title={texts.panel.notices}>
          {notices.value.map((fault, i) => (
            <FaultCard key={i} fault={{ ...fault, notice: true }} />
          ))}
        </Section>
      )}
      {files.value.length > 0 && (
        <Section title={texts.panel.files}>
          <RunFiles files={files.value} />
        </Section>
      )}
      {settings.value.measures && <MeasureList />}
      <section class="section">
        <ul class="tips">
          {texts.panel.start.map(([key, what]) => (
            <li key={key}>
              <kbd>{key}</kbd> <span>{what}</span>
            </li>
          ))}
        </ul>
      </section>
    </>
  )
}
