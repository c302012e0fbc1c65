// 백엔드와 엔진이 서는 곳: src/engine/{backends,webgpu,wasm}, src/nodes의 serve.ts, connect.ts, storage.ts, database.ts.
export const backends = {
  // backends.ts
  'No backend computes rightly here. {0}': '여기에는 바르게 계산하는 백엔드가 없습니다. {0~}',
  '{0} was chosen': '{0}을(를) 골랐습니다',
  '{0} as chosen ({1})': '고른 대로 {0} ({1~})',
  '{0} ({1}), because {2} cannot be used: {3}': '{0} ({1~}). {2}은(는) 쓸 수 없습니다: {3~}',
  '{0} ({1}), because {2} {3}': '{0} ({1~}). {2}: {3~}',
  '{0} ({1}), {2}': '{0} ({1~}), {2~}',
  'measured: a training step in {0} ms': '재어 보니 학습 한 단계에 {0} ms',
  '{0} ({1}): for webgpu, {2}': '{0} ({1~}). webgpu는 쓸 수 없습니다: {2~}',
  '{0} ({1}), the fastest here': '{0} ({1~}), 여기서 가장 빠름',
  'failed the self-test of gradients: {0}': '기울기 자체 점검을 통과하지 못했습니다: {0~}',
  'did not start: {0}': '시작하지 못했습니다: {0~}',
  'its {0} is wrong: {1} was expected, {2} came': '{0~}이(가) {1}이어야(여야) 하는데 {2}이(가) 나왔습니다',
  'a training step took {0} ms, with {1} {2} ms': '학습 한 단계에 {0} ms가 걸렸고, {1}은(는) {2} ms입니다',
  'there is no WebGPU here': '여기에는 WebGPU가 없습니다',
  'WebGPU found no graphics adapter': 'WebGPU가 그래픽 어댑터를 찾지 못했습니다',
  'the adapter is software ({0}), about ten times slower than wasm': '어댑터가 소프트웨어({0})라 wasm보다 열 배쯤 느립니다',
  'another one was chosen': '다른 것을 골랐습니다',
  'there is no WebAssembly here': '여기에는 WebAssembly가 없습니다',
  'slower than a GPU through WebGPU': 'WebGPU로 쓰는 GPU보다 느립니다',
  'there is no WebGL 2 here': '여기에는 WebGL 2가 없습니다',
  'the renderer is software ({0})': '렌더러가 소프트웨어({0})입니다',
  'by far the slowest': '단연 가장 느립니다',
  'tfjs could not initialise it': 'tfjs가 초기화하지 못했습니다',
  'plain JavaScript': '순수 JavaScript',
  'no SIMD, {0} threads': 'SIMD 없음, 스레드 {0}개',
  'no SIMD, {0} thread': 'SIMD 없음, 스레드 {0}개',
  'SIMD, {0} threads': 'SIMD, 스레드 {0}개',
  'SIMD, {0} thread': 'SIMD, 스레드 {0}개',
  'Measured here: the usual kernels are the quickest': '여기서 재어 보니 보통 커널이 가장 빠릅니다',
  'Measured here: {0}': '여기서 잰 것: {0}',
  'Kernels could not be measured: {0}': '커널을 재지 못했습니다: {0~}',
  'it could not compute: {0}': '계산하지 못했습니다: {0}',

  // webgpu/replay.ts, recording.ts, backend.ts, models/unet/unet.ts
  'its result is not its own': '결과가 제 것이 아님',
  'its gradients are not its own': '기울기가 제 것이 아님',
  'it gives back what it was not given': '받지 않은 것을 돌려줌',
  'it reads what it was not given': '받지 않은 것을 읽음',
  'its numbers change at every step': '단계마다 수가 바뀜',
  'it takes pictures, or is timed': '화면을 뜨거나 시간을 재는 중',
  'it is part of a gradient of a gradient': '기울기의 기울기에 속함',
  'its commands are others every time': '명령이 매번 다름',
  'its attention is watched': '어텐션을 들여다보는 중',
  'dropout draws anew every time': '드롭아웃을 매번 새로 뽑음',

  // webgpu/memory.ts, wasm/memory.ts
  'There is no room for another {0} MiB: the wasm backend has 4 GiB at most, and 2 GiB for one tensor.':
    '{0} MiB를 더 둘 자리가 없습니다. wasm 백엔드에는 많아야 4 GiB, 텐서 하나에는 2 GiB까지입니다.',
  'A tensor of {0} MiB is more than this GPU holds in one piece, {1} MiB.':
    '{0} MiB 텐서는 이 GPU가 한 덩어리로 담을 수 있는 {1} MiB보다 큽니다.',
  'Lower batch_size, or make the model or its images smaller; attention takes the square of the number of pixels.':
    'batch_size를 낮추거나, 모델이나 이미지를 줄이세요. 어텐션은 픽셀 수의 제곱만큼 차지합니다.',

  // serve.ts, connect.ts, client.ts, register.ts
  'Try another browser, or another backend.': '다른 브라우저나 다른 백엔드를 써 보세요.',
  'The GPU device was lost ({0}).': 'GPU 장치를 잃었습니다({0~}).',
  'The GPU device was lost.': 'GPU 장치를 잃었습니다.',
  'It is started anew; press Run to go on from the last state that was kept.':
    '다시 시작하는 중입니다. 실행을 누르면 마지막으로 보관한 상태에서 이어 갑니다.',
  'Check the params of this node.': '이 노드의 파라미터를 확인하세요.',
  'The worker of the engine failed: its script could not be loaded.':
    '엔진의 워커가 멈추었습니다: 스크립트를 불러오지 못했습니다.',
  'The worker of the engine failed: {0}.': '엔진의 워커가 멈추었습니다: {0}.',
  'The engine could not be loaded: {0}.': '엔진을 불러오지 못했습니다: {0}.',
  'The connection to the engine was closed.': '엔진과의 연결이 닫혔습니다.',

  // storage.ts, database.ts
  '{0} MiB are more than the {1} MiB kept of trainings.': '{0} MiB는 학습을 위해 두는 {1} MiB보다 큽니다.',
  "The browser's storage is full: {0} MiB could not be kept.": '브라우저 저장 공간이 가득 차 {0} MiB를 보관하지 못했습니다.',
  'Until there is room, trainings last only as long as the page.': '자리가 날 때까지 학습은 페이지가 열려 있는 동안만 남습니다.',
  'Nothing saved before is lost.': '전에 저장한 것은 그대로입니다.',
  'Delete checkpoints, data sets or workflows that you no longer need, or free space on the disk.':
    '이제 쓰지 않는 체크포인트, 데이터 세트, 워크플로를 삭제하거나, 디스크에 자리를 만드세요.',
  'This browser keeps nothing here ({0}), so trainings, checkpoints and data sets are lost when the page is closed.':
    '이 브라우저는 여기에 아무것도 남기지 않아({0}), 페이지를 닫으면 학습, 체크포인트, 데이터 세트가 사라집니다.',
}
