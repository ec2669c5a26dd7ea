"""Classes: AutoModelForSequenceClassification; the best epoch by macro-F1. LoRA: rank 8, alpha 16, queries and values."""
import torch
from transformers import AutoModelForSequenceClassification

import recipe


class Task:
    chooses = True

    def __init__(self, parts, options, seed):
        self.tokens, self.text = options.tokens, recipe.tokenizer(options.model)
        self.training, self.development = parts["train"], parts["development"]
        self.names = sorted({self.gold(row) for row in self.training})
        self.number = {name: index for index, name in enumerate(self.names)}
        self.model = AutoModelForSequenceClassification.from_pretrained(
            options.model, num_labels=len(self.names))
        if options.method == "lora":
            from peft import LoraConfig, get_peft_model
            bert = self.model.config.model_type == "bert"
            self.model = get_peft_model(self.model, LoraConfig(
                task_type="SEQ_CLS", r=8, lora_alpha=16,
                target_modules=["query", "value"] if bert else ["q_lin", "v_lin"]))

    def gold(self, row):
        return row["label"]

    def inputs(self, rows):
        return self.text([row["text"] for row in rows], truncation=True, max_length=self.tokens,
                         padding="longest", return_tensors="pt")

    def loss(self, rows):
        target = torch.tensor([self.number[self.gold(row)] for row in rows])
        return self.model(**self.inputs(rows), labels=target).loss

    def answers(self, rows):
        found = recipe.in_batches(
            lambda batch: self.model(**self.inputs(batch)).logits.argmax(1).tolist(), rows,
            lambda row: len(row["text"]))
        return [self.names[label] for label in found]

    def scores(self, rows, found):
        truth = [self.gold(row) for row in rows]
        return {"accuracy": recipe.accuracy(truth, found), "macroF1": recipe.macro_f1(truth, found)}

    def choose(self):
        return self.scores(self.development, self.answers(self.development))["macroF1"]
