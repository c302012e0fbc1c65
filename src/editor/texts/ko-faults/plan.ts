// src/engine/plan: 그래프를 살피고, 계획하고, 실행하며 하는 말.
export const plan = {
  // check.ts
  'Unknown node type {0}.': '알 수 없는 노드 종류입니다: {0}.',
  'Load the pack that has it, or delete the node.': '이 노드가 든 팩을 불러오거나, 노드를 삭제하세요.',
  'Nothing is wired to {0}.': '{0}에 연결된 것이 없습니다.',
  'Wire {0} into it.': '{0~}을(를) 연결하세요.',
  'Wire any value into it.': '아무 값이나 연결하세요.',
  '{0} has no input {1}.': '{0}에는 입력 {1}이(가) 없습니다.',
  'Its inputs are {0}.': '입력은 {0}입니다.',
  '{0} is wired to {1}, which is not in the graph.': '{0}이(가) 그래프에 없는 {1}에 연결되어 있습니다.',
  'Wire it anew.': '다시 연결하세요.',
  '{0} has no output {1}.': '{0}에는 출력 {1}이(가) 없습니다.',
  'Its outputs are {0}.': '출력은 {0}입니다.',
  '{0} takes {1}, but {2} of {3} is {4}.': '{0}은(는) {1~}을(를) 받는데, {3}의 {2}은(는) {4~}입니다.',
  'These nodes wait for each other: {0}.': '노드들이 서로를 기다립니다: {0}.',
  'Cut one of the wires; what is to come round again goes through the End of a loop.':
    '연결선 하나를 끊으세요. 되돌려 보낼 값은 루프의 End를 거치게 하세요.',

  // compile.ts
  'There is nothing to run: no node shows or saves a result.':
    '실행할 것이 없습니다. 결과를 보여 주거나 저장하는 노드가 없습니다.',
  'Add a Scatter, a Chart or an Inspect and wire a value into it, or choose "run to here" on a node.':
    'Scatter, Chart, Inspect 가운데 하나를 추가해 값을 연결하거나, 노드에서 “여기까지 실행”을 고르세요.',
  'There is no node {0} to run to.': '거기까지 실행할 노드 {0}이(가) 없습니다.',
  'Choose one that is in the graph.': '그래프에 있는 노드를 고르세요.',
  '{0} computes nothing, so it cannot be run to.': '{0}은(는) 계산하는 것이 없어 거기까지 실행할 수 없습니다.',
  'Choose another node.': '다른 노드를 고르세요.',
  'A value from inside this loop is used together with a result that needs the whole loop.':
    '이 루프 안의 값이, 루프가 다 끝나야 나오는 결과와 함께 쓰이고 있습니다.',
  'Take both values after the End, or both inside the loop.': '두 값을 모두 End 뒤에서 받거나, 모두 루프 안에서 받으세요.',

  // expand.ts, fault.ts
  '{0} expands into itself.': '{0}을(를) 펼치면 자기 자신이 나옵니다.',
  'Declare it with run, or without itself inside.': 'run으로 선언하거나, 안에 자기 자신을 넣지 마세요.',
  '{0} For `{1}` open {2}.': '{0~} `{1}`은(는) {2}을(를) 열면 안에 있습니다.',

  // params.ts
  '{0}: expected {1}, got {2}.': '{0}: {1~}이어야(여야) 하는데 {2~}입니다.',
  'Set it to {0}; the default is {1}.': '{0~}으로(로) 정하세요. 기본값은 {1}입니다.',
  'Set it anew on the node.': '노드에서 다시 정하세요.',

  // run.ts
  'There is no value for {0}.': '{0}에 넣을 값이 없습니다.',
  'Use a data set that has labels, or cut this wire.': '레이블이 있는 데이터 세트를 쓰거나, 이 연결선을 끊으세요.',
  'Wire t into Loss: losses are kept by their timesteps.': 'Loss에 t를 연결하세요. 손실은 타임스텝별로 기록합니다.',
  'Choose a checkpoint that was saved with `training` wired, or cut this wire.':
    '`training`을 연결해 저장한 체크포인트를 고르거나, 이 연결선을 끊으세요.',
  'Wire a NoiseSchedule in its place: with the schedule that the model was trained with.':
    '그 자리에 NoiseSchedule을 연결하세요. 모델이 학습한 스케줄이어야 합니다.',
  'Cut this wire, or wire the input that this value comes from.': '이 연결선을 끊거나, 이 값이 나오는 쪽의 입력을 연결하세요.',
  'Check the shapes of what is wired to it with an Inspect.': '여기에 연결된 것의 모양을 Inspect로 확인하세요.',
  'Nothing can be waited for while gradients are recorded.': '기울기를 기록하는 동안에는 아무것도 기다릴 수 없습니다.',
  'Take it out of the training loop.': '학습 루프 밖으로 옮기세요.',

  // session.ts
  '{0} is not made of other nodes.': '{0}은(는) 다른 노드로 이루어져 있지 않습니다.',
  'Open a Sampler.': 'Sampler를 여세요.',
  'The weights this training went on from are no longer kept.': '이 학습이 이어 가던 가중치가 이제 남아 있지 않습니다.',
  'Change its seed, so that it trains anew.': '시드를 바꾸어 새로 학습하세요.',
  'The weights there are do not fit this model.': '남아 있는 가중치가 이 모델에 맞지 않습니다.',
  'Train it anew: change its seed.': '시드를 바꾸어 새로 학습하세요.',
  'Run again; if it comes back, report it with this graph.': '다시 실행해 보세요. 또 생기면 이 그래프와 함께 알려 주세요.',
  'Samples every {0} steps: more often would take over a fifth of the time.':
    '{0}단계마다 샘플을 냅니다. 더 자주 하면 시간의 5분의 1이 넘게 듭니다.',
  '{0} is not here.': '{0}이(가) 여기에 없습니다.',

  // zone-faults.ts
  "The loops of {0} each need a value of the other's iterations.": '{0~} 루프가 서로 상대가 도는 동안의 값을 필요로 합니다.',
  'Depends on the iterations of two loops, {0}, of which neither runs inside the other.':
    '{0~}, 두 루프가 도는 동안의 값을 함께 쓰는데, 어느 쪽도 다른 쪽 안에서 실행되지 않습니다.',
  'Take the value of one of them from its End.': '둘 가운데 하나의 값은 그 End에서 받으세요.',
  '{0} uses a value from inside the loop of {1}.': '{0}이(가) {1}의 루프 안에 있는 값을 씁니다.',
  'Take it from an output of {0}, after the last iteration.': '마지막 회가 끝난 뒤 {0}의 출력에서 받으세요.',
  '{0} remembers earlier steps, but runs in no sampling loop.': '{0}은(는) 앞 단계를 기억하는데, 샘플링 루프 안에 있지 않습니다.',
  'Take its x_t from a SamplingStart.': 'x_t를 SamplingStart에서 받으세요.',
  'The loss does not depend on the model of {0}, so there is nothing to train.':
    '손실이 {0}의 모델과 상관없어 학습할 것이 없습니다.',
  'Wire the model output of {0}, not the model itself, to Predict.':
    'Predict에는 모델 자체가 아니라 {0}의 출력 model을 연결하세요.',
  '{0} asks for the losses of earlier steps, but none are recorded.':
    '{0}은(는) 앞 단계의 손실을 필요로 하는데, 기록된 것이 없습니다.',
  'Wire losses of Loss to {0}.': 'Loss의 losses를 {0}에 연결하세요.',
  'A loop that asks after each iteration whether to go on cannot run inside {0}.':
    '회마다 계속할지 묻는 루프는 {0} 안에서 실행할 수 없습니다.',
  'Give it a fixed number of iterations, or take it out of the training loop.':
    '반복 횟수를 정해 주거나, 학습 루프 밖으로 옮기세요.',
  '{0} is drawn once: the same {1} in every iteration of {2}.':
    '{0}은(는) 한 번만 뽑습니다. {2}이(가) 도는 회마다 {1~}이(가) 같습니다.',
  'To draw afresh each time, wire its input like to an output of {0}.':
    '회마다 새로 뽑으려면 입력 like를 {0}의 출력에 연결하세요.',

  // zones.ts
  '{0} has no Start.': '{0}에 짝이 되는 Start가 없습니다.',
  'Wire the loop output of a {0} into it.': '{0}의 출력 loop를 연결하세요.',
  '{0} cannot end {1}.': '{0}은(는) {1}을(를) 끝맺을 수 없습니다.',
  'Use the End that belongs to it, {0} here.': '짝이 되는 End를 쓰세요. 여기서는 {0}입니다.',
  '{0} has a second End.': '{0}에 End가 또 있습니다.',
  'Delete one of the two: a loop has one Start and one End.': '둘 가운데 하나를 삭제하세요. 루프에는 Start와 End가 하나씩입니다.',
  '{0} has no End.': '{0}에 짝이 되는 End가 없습니다.',
  'Add a {0} and wire loop to it.': '{0}을(를) 추가하고 loop를 연결하세요.',

  // loss-reader.ts, results.ts
  'The loss became {0} at step {1}.': '{1}단계에서 손실이 {0}이(가) 되었습니다.',
  'Lower the learning rate, clip the gradients (clip_norm of Optimizer) or check the data; the weights saved before are kept.':
    '학습률을 낮추거나, 기울기를 클리핑하거나(Optimizer의 clip_norm), 데이터를 확인하세요. 그 전에 저장한 가중치는 남아 있습니다.',
  'A stored training (step {0}) could not be read and was deleted: it trains again from what else there is.':
    '저장된 학습({0}단계)을 읽을 수 없어 지웠습니다. 남아 있는 다른 것에서 다시 학습합니다.',
}
