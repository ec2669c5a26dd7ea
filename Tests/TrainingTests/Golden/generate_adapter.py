"""A golden adapter folder as Python's PEFT writes it, and the logits of the tiny model under it.

Versions: peft 0.21.2, safetensors 0.8.0, torch 2.13.0+cpu, transformers 5.23.0.
Run in this folder after generate.py: python generate_adapter.py. It rewrites adapter/ and adapter.json.
"""
import json
import os

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import BertForSequenceClassification

torch.manual_seed(3)
base = BertForSequenceClassification.from_pretrained("tiny")
config = LoraConfig(task_type="SEQ_CLS", r=3, lora_alpha=5, target_modules=["query", "value", "dense"],
                    modules_to_save=["classifier"], exclude_modules=".*pooler.*")
model = get_peft_model(base, config).eval()
with torch.no_grad():
    for name, parameter in model.named_parameters():
        if "lora_" in name or "modules_to_save" in name:
            parameter.copy_(torch.randn_like(parameter) * 0.2)
model.peft_config["default"].base_model_name_or_path = "tiny"
model.save_pretrained("adapter", save_embedding_layers=False)
os.remove("adapter/README.md")

sentences = json.load(open("golden.json"))["sentences"]
with torch.no_grad():
    logits = [model(input_ids=torch.tensor([s])).logits[0].tolist() for s in sentences]
    again = PeftModel.from_pretrained(BertForSequenceClassification.from_pretrained("tiny"), "adapter").eval()
    found = [again(input_ids=torch.tensor([s])).logits[0].tolist() for s in sentences]
assert torch.allclose(torch.tensor(logits), torch.tensor(found), atol=1e-6)
json.dump(logits, open("adapter.json", "w"))
