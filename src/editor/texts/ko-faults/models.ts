// src/engine/models: 모델과 UNet이 하는 말.
export const models = {
  // classifier.ts
  'Expected a classifier, got a model of kind "{0}".': '분류기가 필요한데 “{0}” 종류의 모델입니다.',
  'Wire a Classifier, or what a training made of one.': 'Classifier나 그것을 학습한 것을 연결하세요.',
  'The classifier was made for items of shape [{0}], got items of shape [{1}].':
    '분류기는 [{0}] 모양의 항목을 위해 만들어졌는데, 항목의 모양이 [{1}]입니다.',
  'Wire the data set of these pictures to `dataset` of Classifier and train it on that, or wire other pictures.':
    '이 이미지의 데이터 세트를 Classifier의 `dataset`에 연결해 그것으로 학습하거나, 다른 이미지를 연결하세요.',
  'This classifier was made for noised pictures, and has to be told their t.':
    '이 분류기는 노이즈 낀 이미지를 위해 만들어져, 그 t를 알려 주어야 합니다.',
  'This classifier was made for clean pictures, and knows no t.': '이 분류기는 깨끗한 이미지를 위해 만들어져 t를 모릅니다.',
  'Wire the t of the pictures.': '이미지의 t를 연결하세요.',
  'Leave t unwired, or switch `noised` of Classifier on and train it on noised pictures.':
    't를 연결하지 말거나, Classifier의 `noised`를 켜고 노이즈 낀 이미지로 학습하세요.',
  'A classifier is no denoiser: it says which class clean data is of, and predicts no noise.':
    '분류기는 디노이저가 아닙니다. 깨끗한 데이터의 클래스를 말할 뿐, 노이즈를 예측하지 않습니다.',
  'Ask it with Classify, or wire a model that denoises, such as UNet.':
    'Classify로 묻거나, UNet처럼 노이즈를 걷어 내는 모델을 연결하세요.',

  // condition.ts, exact.ts, gaussian.ts, precondition.ts
  'Numbers and vectors have nothing that stands for no condition.': '수와 벡터에는 조건 없음을 뜻하는 값이 없습니다.',
  'Wire labels, LabelTokens or PixelTokens.': '레이블, LabelTokens, PixelTokens 가운데 하나를 연결하세요.',
  'Points without any width have no density: at clean data the exact model is these points alone.':
    '너비가 없는 점에는 밀도가 없습니다. 깨끗한 데이터에서 정확한 모델은 이 점들뿐입니다.',
  'Set `std` of ExactModel above 0, or take a t of 0 or more.': 'ExactModel의 `std`를 0보다 크게 하거나, 0 이상의 t를 쓰세요.',
  'Expected a Gaussian, got a model of kind "{0}".': 'Gaussian이 필요한데 “{0}” 종류의 모델입니다.',
  'Wire Gaussian, or what a training made of one.': 'Gaussian이나 그것을 학습한 것을 연결하세요.',
  'A preconditioned model is asked at t = {0}, where there is no signal and σ / α is infinite.':
    'Precondition을 거친 모델에 t = {0}에서 묻고 있는데, 거기에는 신호가 없어 σ / α가 무한대입니다.',
  'Take a schedule whose highest σ is finite, such as that of EDM.': 'EDM의 것처럼 가장 높은 σ가 유한한 스케줄을 쓰세요.',

  // predict.ts
  'Expected a model of a known kind ({0}), got "{1}".': '아는 종류의 모델({0})이어야 하는데 “{1}”입니다.',
  'Use a model made by a node of this version.': '이 버전의 노드로 만든 모델을 쓰세요.',
  'The density of a model of kind "{0}" is not known in closed form.': '“{0}” 종류의 모델은 밀도를 닫힌 식으로 알 수 없습니다.',
  'Wire ExactModel or Gaussian; for a network there is BitsPerDim.':
    'ExactModel이나 Gaussian을 연결하세요. 신경망에는 BitsPerDim이 있습니다.',
  'This model attends to no tokens.': '이 모델은 토큰에 어텐션을 하지 않습니다.',
  'Take a UNet that was made with Attention of kind cross.': 'cross 종류의 Attention으로 만든 UNet을 쓰세요.',
  'The model is to say a variance, {0} channels in all, but it gives {1}.':
    '모델이 분산도 말해야 해서 채널이 모두 {0}개여야 하는데 {1}개를 냅니다.',
  'Make it with a learned variance, or load it as one without.': '분산을 배우게 만들거나, 분산 없는 모델로 불러오세요.',
  'Expected a batch of items of shape [{0}], got items of shape [{1}].':
    '[{0}] 모양의 항목으로 된 배치여야 하는데, 항목의 모양이 [{1}]입니다.',
  'Make the model for this data ({0}), or wire data that the model was made for.':
    '이 데이터에 맞추어 모델을 만들거나({0~}), 모델에 맞는 데이터를 연결하세요.',
  'No model knows clean data: t = -1 means that no noise is left.':
    '깨끗한 데이터는 어느 모델도 모릅니다. t = -1은 노이즈가 남아 있지 않다는 뜻입니다.',
  'Set `end` of Timesteps to `smallest`, so that the last t_prev is a timestep the model was trained on.':
    'Timesteps의 `end`를 `smallest`로 정해, 마지막 t_prev가 모델이 학습한 타임스텝이 되게 하세요.',
  'This model was made without classes, but got {0}.': '이 모델은 클래스 없이 만들어졌는데 {0~}이(가) 왔습니다.',
  'This model was made without a condition, but got {0}.': '이 모델은 조건 없이 만들어졌는데 {0~}이(가) 왔습니다.',
  'Wire Attention of kind cross to the UNet, or leave `condition` unwired.':
    'cross 종류의 Attention을 UNet에 연결하거나, `condition`을 연결하지 마세요.',
  'Set `num_classes` of the model, or leave `condition` unwired.':
    '모델의 `num_classes`를 정하거나, `condition`을 연결하지 마세요.',
  'This model is conditioned on {0}, but got {1}.': '이 모델의 조건은 {0~}인데 {1~}이(가) 왔습니다.',
  'Wire what it was made for, or set `tokens` of Attention to what is wired: labels, or vectors as PixelTokens gives them.':
    '모델에 맞는 것을 연결하거나, Attention의 `tokens`를 연결한 것에 맞추세요. 레이블이면 labels, PixelTokens가 주는 벡터면 vectors입니다.',
  'Wire what it was made for, or set `class_embed_type` of the model for what is wired.':
    '모델에 맞는 것을 연결하거나, 모델의 `class_embed_type`을 연결한 것에 맞추세요.',
  'This model is conditioned on {0}, and knows no prediction without: it has no null condition.':
    '이 모델의 조건은 {0~}인데, 조건 없음을 뜻하는 값이 없어 조건 없이는 예측하지 못합니다.',
  'Wire `condition`. For guidance take a model with class labels.':
    '`condition`을 연결하세요. 가이던스에는 클래스 레이블이 있는 모델을 쓰세요.',
  'Expected {0} label an item, got {1}.': '항목마다 레이블이 {0}개여야 하는데 {1}개입니다.',
  'Expected {0} labels an item, got {1}.': '항목마다 레이블이 {0}개여야 하는데 {1}개입니다.',
  'Wire {0} input of LabelTokens, or set `labels_per_item` of Attention to {1}.':
    'LabelTokens의 입력 {0}개를 연결하거나, Attention의 `labels_per_item`을 {1}으로(로) 정하세요.',
  'Wire {0} inputs of LabelTokens, or set `labels_per_item` of Attention to {1}.':
    'LabelTokens의 입력 {0}개를 연결하거나, Attention의 `labels_per_item`을 {1}으로(로) 정하세요.',
  'Expected labels from 0 to {0}, or -1 for none, got {1}.': '레이블은 0부터 {0}까지, 없으면 -1이어야 하는데 {1}입니다.',
  'Choose a label that the model was trained on, or set `num_classes` of the model to that of the data.':
    '모델이 학습한 레이블을 고르거나, 모델의 `num_classes`를 데이터에 맞추세요.',
  'Expected tokens of {0} numbers, got tokens of shape [{1}].': '토큰은 수 {0}개씩이어야 하는데, 토큰의 모양이 [{1}]입니다.',
  'Set `token_width` of Attention to {0}.': 'Attention의 `token_width`를 {0}으로(로) 정하세요.',
  'Expected a vector of {0} numbers per item, got samples of shape [{1}].':
    '항목마다 수 {0}개의 벡터여야 하는데, 샘플의 모양이 [{1}]입니다.',
  'Wire samples of shape [b, {0}].': '[b, {0}] 모양의 샘플을 연결하세요.',
  'Expected one {0} per item: [{1}], got [{2}].': '항목마다 {0~}이(가) 하나([{1}])여야 하는데 [{2}]입니다.',
  'Take {0} and x_t from the same batch.': '{0}과(와) x_t를 같은 배치에서 받으세요.',

  // unet/attention.ts
  'Attention goes to labels, but the UNet has no classes.': '레이블에 어텐션을 하는데, UNet에 클래스가 없습니다.',
  'Wire a data set with labels to `dataset` of UNet, set its `num_classes`, or set `tokens` of Attention to vectors.':
    '레이블이 있는 데이터 세트를 UNet의 `dataset`에 연결하거나, `num_classes`를 정하거나, Attention의 `tokens`를 vectors로 정하세요.',
  'Two Attention nodes of kind cross ask for different tokens.': 'cross 종류의 Attention 둘이 서로 다른 토큰을 씁니다.',
  'Set `cross_attention_dim`, `tokens` and what goes with them to the same in both.':
    '`cross_attention_dim`, `tokens`와 거기에 딸린 것을 둘에서 같게 정하세요.',
  'The middle block is to have {0} transformer layers, but the level above {1}.':
    '가운데 블록에는 transformer 층이 {0}개인데, 바로 위 수준에는 {1}개입니다.',
  'Set `transformer_layers` to the same in both.': '`transformer_layers`를 둘에서 같게 정하세요.',
  'Attention is asked for at {0}, but the levels have {1}.': '해상도 {0}에 어텐션을 두라고 했는데, 수준들의 해상도는 {1~}입니다.',
  'Take of these for `resolutions` of Attention, or change the levels: `block_out_channels` has one number for each.':
    'Attention의 `resolutions`를 이 가운데서 고르거나, 수준을 바꾸세요. `block_out_channels`의 수 하나가 수준 하나입니다.',
  '`{0}` of Attention is {1}, but the {2} channels of the middle block are no multiple of it.':
    'Attention의 `{0}`이(가) {1}인데, 가운데 블록의 채널 {2}개가 그 배수가 아닙니다.',
  '`{0}` of Attention is {1}, but the {2} channels at {3} are no multiple of it.':
    'Attention의 `{0}`이(가) {1}인데, 해상도 {3}의 채널 {2}개가 그 배수가 아닙니다.',
  'Set `{0}` to {1}, or change the channels of the UNet.': '`{0}`을(를) {1}으로(로) 정하거나, UNet의 채널을 바꾸세요.',

  // unet/checks.ts, config.ts
  'Fourier features and learned embeddings of t are not supported.': 't의 푸리에 특징과 학습하는 임베딩은 지원하지 않습니다.',
  'Blocks with skip, FIR or K filters are not supported, nor those of simple cross-attention.':
    'skip, FIR, K 필터가 있는 블록과 단순 교차 어텐션 블록은 지원하지 않습니다.',
  'Other ways to bring the embedding in are not supported.': '임베딩을 넣는 다른 방법은 지원하지 않습니다.',
  'Tokens from images are not supported.': '이미지에서 만든 토큰은 지원하지 않습니다.',
  '{0} of the UNet is missing, but has to be {1}.': 'UNet의 {0}이(가) 없습니다. {1~}이어야(여야) 합니다.',
  '{0} of the UNet is {1}, but has to be {2}.': 'UNet의 {0}은(는) {2~}이어야(여야) 하는데 {1}입니다.',
  '{0} of the UNet is missing: what this does is not known here.':
    'UNet의 {0}이(가) 없는데, 이것이 무엇을 하는지 여기서는 모릅니다.',
  '{0} of the UNet is {1}: what this does is not known here.':
    'UNet의 {0}이(가) {1}인데, 이것이 무엇을 하는지 여기서는 모릅니다.',
  '{0} of the UNet has {1} entries, but block_out_channels has {2}.':
    'UNet의 {0}에는 값이 {1}개인데 block_out_channels에는 {2}개입니다.',
  'The UNet takes {0} channels and gives {1}: that is neither as many nor, with a variance, twice as many.':
    'UNet이 채널 {0}개를 받아 {1}개를 냅니다. 같은 수도, 분산과 함께 두 배인 수도 아닙니다.',
  'norm_num_groups of the UNet is {0}, but a level has {1} channels, no multiple of it.':
    'UNet의 norm_num_groups가 {0}인데, 어느 수준의 채널 {1}개가 그 배수가 아닙니다.',
  'attn_norm_num_groups of the UNet is {0}, but the middle block has {1} channels.':
    'UNet의 attn_norm_num_groups가 {0}인데, 가운데 블록의 채널은 {1}개입니다.',
  'mid_block_type of the UNet is "{0}", but add_attention is false.':
    'UNet의 mid_block_type이 “{0}”인데 add_attention이 false입니다.',
  'The UNet has {0}, but no block of it attends to tokens.': 'UNet에 {0}이(가) 있는데, 토큰에 어텐션을 하는 블록이 없습니다.',
  'attention_head_dim of the UNet has {0} entries, but has to have {1}: one for each level and one for the middle block.':
    'UNet의 attention_head_dim에 값이 {0}개인데, 수준마다 하나와 가운데 블록 하나로 {1}개여야 합니다.',
  'attention_head_dim of the UNet is {0}, but level {1} has {2} channels, no multiple of it.':
    'UNet의 attention_head_dim이 {0}인데, 수준 {1}의 채널 {2}개가 그 배수가 아닙니다.',
  'attention_head_dim of the UNet is {0}, but the middle block has {1} channels, no multiple of it.':
    'UNet의 attention_head_dim이 {0}인데, 가운데 블록의 채널 {1}개가 그 배수가 아닙니다.',
  'sample_size of the UNet is missing, but {0} levels halve it to a multiple of {1}.':
    'UNet의 sample_size가 없습니다. 수준이 {0}개면 반으로 나누어 가도록 {1}의 배수여야 합니다.',
  'sample_size of the UNet is {0}, but {1} levels halve it to a multiple of {2}.':
    'UNet의 sample_size가 {0}인데, 수준이 {1}개면 반으로 나누어 가도록 {2}의 배수여야 합니다.',
  'The first level of the UNet has {0} channels: too few to embed t with freq_shift {1}.':
    'UNet의 첫 수준에 채널이 {0}개뿐이라 freq_shift {1}으로(로) t를 임베딩할 수 없습니다.',

  // unet/diffusers.ts, tokens.ts
  'A UNet2DConditionModel has no {0}.': 'UNet2DConditionModel에는 {0}이(가) 없습니다.',
  'The UNet is not supported. {0}': '지원하지 않는 UNet입니다. {0~}',
  'Its tokens are labels from a table in the model, and a UNet2DConditionModel has none. Set `tokens` of Attention to vectors.':
    '토큰이 모델 안의 표에서 찾는 레이블인데, UNet2DConditionModel에는 그런 표가 없습니다. Attention의 `tokens`를 vectors로 정하세요.',
  'The middle block of a UNet2DConditionModel attends to tokens. Switch `mid_block` of the Attention of kind cross on.':
    'UNet2DConditionModel의 가운데 블록은 토큰에 어텐션을 합니다. cross 종류 Attention의 `mid_block`을 켜세요.',
  'A UNet2DConditionModel ends with another activation than this one.':
    'UNet2DConditionModel은 끝의 활성화 함수가 이것과 다릅니다.',
  'The blocks of a UNet2DConditionModel that attend go to the next level by convolutions. Set `downsample` and `upsample` of UNet to conv.':
    'UNet2DConditionModel에서 어텐션을 하는 블록은 합성곱으로 다음 수준에 갑니다. UNet의 `downsample`과 `upsample`을 conv로 정하세요.',
  'Its heads cannot be said in the one list that a UNet2DConditionModel has. Set `by` of all Attention to heads, the same for the last level and the middle.':
    '헤드를 UNet2DConditionModel의 목록 하나로 나타낼 수 없습니다. 모든 Attention의 `by`를 heads로 하고, 마지막 수준과 가운데를 같게 정하세요.',
  'Anything else is not supported.': '다른 값은 지원하지 않습니다.',
  'attention_head_dim of the UNet is missing, which does not go with {0} channels at level {1}.':
    'UNet의 attention_head_dim이 없는데, 수준 {1}의 채널 {0}개와 맞지 않습니다.',
  'attention_head_dim of the UNet is {0}, which does not go with {1} channels at level {2}.':
    'UNet의 attention_head_dim이 {0}인데, 수준 {2}의 채널 {1}개와 맞지 않습니다.',
  'The UNet has both num_token_embeds and encoder_hid_dim: its tokens are labels or vectors, not both.':
    'UNet에 num_token_embeds와 encoder_hid_dim이 모두 있습니다. 토큰은 레이블이나 벡터 가운데 하나여야 합니다.',
  'The UNet attends to tokens and takes classes as well (class_embed_type or num_class_embeds): one condition is supported.':
    'UNet이 토큰에 어텐션을 하면서 클래스도 받습니다(class_embed_type 또는 num_class_embeds). 조건은 하나만 지원합니다.',
}
