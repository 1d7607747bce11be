"""The tiny model: LLaVA with a SigLIP tower, 48×48 pictures in patches of 8, and a tokenizer that
can spell any English text.

The tokenizer is WordPiece over a vocabulary of whole common words, single characters and their
continuations: "47" is `4 ##7`, and a word that is not in the vocabulary is spelled. The chat
template knows system, user and assistant.
"""

import string
from collections.abc import Iterable
from typing import Final

import torch
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers
from transformers import (
    CLIPImageProcessorPil,
    GenerationConfig,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    PreTrainedTokenizerFast,
    SiglipVisionConfig,
)

IMAGE_SIZE: Final = 48
PATCH: Final = 8
PATCHES: Final = IMAGE_SIZE // PATCH
HIDDEN: Final = 128
HEADS: Final = 4
VISION_LAYERS: Final = 4
TEXT_LAYERS: Final = 3
WIDENING: Final = 3
"""Width of a feed-forward layer over `HIDDEN`."""
CONTEXT: Final = 512
SPREAD: Final = 0.07
"""Standard deviation of the language model's first weights; the usual .02 is for wider models."""

ROLES: Final = ("<system>", "<user>", "<assistant>")
SPECIAL: Final = ("<pad>", "<unk>", "<bos>", "<eos>", *ROLES, "<image>")
PAD, UNKNOWN, BEGIN, END = range(4)

_NO_SPACE: Final = r"(?<=[\[(]) | (?=[\])])|(?<=\d) (?=: \d)|(?<=\d :) (?=\d)|(?<=\d[.]) (?=\d)"
"""Where decoding must not leave a space: inside brackets, in times, in decimals."""

CHAT_TEMPLATE: Final = (
    "{% for m in messages %}{{ '<' + m['role'] + '>' }}"
    "{% if m['content'] is string %}{{ m['content'] }}"
    "{% else %}{% for c in m['content'] %}"
    "{{ '<image>' if c['type'] == 'image' else c['text'] }}{% endfor %}{% endif %}"
    "{% if m['role'] == 'assistant' %}{{ '<eos>' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<assistant>' }}{% endif %}"
)


def build_tokenizer(words: Iterable[str]) -> PreTrainedTokenizerFast:
    """A tokenizer with `words` as whole tokens and everything else spelled."""
    tokenizer = Tokenizer(models.WordPiece(_vocabulary(words), unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKD(), normalizers.StripAccents(), normalizers.Lowercase()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.Sequence(
        [
            decoders.WordPiece(prefix="##", cleanup=True),
            decoders.Fuse(),
            decoders.Replace(Regex(_NO_SPACE), ""),
        ]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        unk_token="<unk>",
        bos_token="<bos>",
        eos_token="<eos>",
        additional_special_tokens=[*ROLES, "<image>"],
        padding_side="left",
        model_max_length=CONTEXT,
        clean_up_tokenization_spaces=False,
    )


def _vocabulary(words: Iterable[str]) -> dict[str, int]:
    spelling = string.ascii_lowercase + string.digits
    known = [*SPECIAL, *string.punctuation, *spelling, *(f"##{c}" for c in spelling)]
    return {token: i for i, token in enumerate(dict.fromkeys([*known, *sorted(words)]))}


def build_processor(tokenizer: PreTrainedTokenizerFast) -> LlavaProcessor:
    """Scales any picture to 48×48 and puts one token per patch into the text."""
    square = {"height": IMAGE_SIZE, "width": IMAGE_SIZE}
    image_processor = CLIPImageProcessorPil(
        do_resize=True,
        size=square,
        do_center_crop=False,
        crop_size=square,
        image_mean=[0.5] * 3,
        image_std=[0.5] * 3,
    )
    return LlavaProcessor(
        image_processor=image_processor,
        tokenizer=tokenizer,
        patch_size=PATCH,
        vision_feature_select_strategy="full",
        num_additional_image_tokens=0,
        chat_template=CHAT_TEMPLATE,
    )


def vision_config() -> SiglipVisionConfig:
    """The tower: 36 patches, no pooling head."""
    return SiglipVisionConfig(
        hidden_size=HIDDEN,
        intermediate_size=HIDDEN * WIDENING,
        num_hidden_layers=VISION_LAYERS,
        num_attention_heads=HEADS,
        image_size=IMAGE_SIZE,
        patch_size=PATCH,
        vision_use_head=False,
    )


def _text_config(vocabulary: int) -> LlamaConfig:
    return LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=HIDDEN,
        intermediate_size=HIDDEN * WIDENING,
        num_hidden_layers=TEXT_LAYERS,
        num_attention_heads=HEADS,
        num_key_value_heads=HEADS,
        max_position_embeddings=CONTEXT,
        tie_word_embeddings=True,
        bos_token_id=BEGIN,
        eos_token_id=END,
        pad_token_id=PAD,
        initializer_range=SPREAD,
    )


def build_model(tokenizer: PreTrainedTokenizerFast, seed: int) -> LlavaForConditionalGeneration:
    """The untrained model for `tokenizer`, the same for the same seed."""
    torch.manual_seed(seed)
    config = LlavaConfig(
        vision_config=vision_config(),
        text_config=_text_config(len(tokenizer)),
        image_token_index=SPECIAL.index("<image>"),
        vision_feature_select_strategy="full",
        vision_feature_layer=-1,
        tie_word_embeddings=True,
    )
    # The projector's spread; LlavaConfig has no such option.
    setattr(config, "initializer_range", SPREAD)  # noqa: B010
    model = LlavaForConditionalGeneration(config)
    model.generation_config = GenerationConfig(
        bos_token_id=BEGIN,
        eos_token_id=END,
        pad_token_id=PAD,
        do_sample=False,
        max_new_tokens=16,
    )
    return model
