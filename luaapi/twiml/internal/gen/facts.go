package main

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Facts is the description that gen reads.
type Facts struct {
	Documents object[*document] `json:"documents"`
	Enums     object[[]string]  `json:"enums"`
}

type document struct {
	Elements     object[*element] `json:"elements"`
	AlsoAccepted object[string]   `json:"also_accepted"`
}

type element struct {
	Tag          string             `json:"element"`
	Kind         string             `json:"kind"`
	Parents      []string           `json:"parents"`
	Children     []string           `json:"children"`
	Text         string             `json:"text"`
	TextType     string             `json:"text_type"`
	TextMax      int                `json:"text_max"`
	TextError    int                `json:"text_error"`
	MaxTextChars int                `json:"max_text_chars"`
	MaxTextError int                `json:"max_text_error"`
	MaxText      object[int]        `json:"max_text"`
	Pattern      string             `json:"pattern"`
	Min          string             `json:"min"`
	MaxChildren  int                `json:"max_children"`
	MaxPerParent int                `json:"max_per_parent"`
	MaxPerChild  object[int]        `json:"max_per_child"`
	MaxPerDoc    int                `json:"max_per_document"`
	MaxPerDocErr int                `json:"max_per_document_error"`
	ChildOrder   []string           `json:"child_order"`
	Terminates   string             `json:"terminates"`
	WarnMissing  []string           `json:"warn_missing"`
	Position     string             `json:"position"`
	Deprecated   string             `json:"deprecated"`
	Undocumented bool               `json:"undocumented"`
	Attrs        object[*attribute] `json:"attrs"`
}

type attribute struct {
	Type             string              `json:"type"`
	Values           []string            `json:"values"`
	Enum             string              `json:"enum"`
	ExtraValues      []string            `json:"extra_values"`
	Examples         []string            `json:"examples"`
	Aliases          map[string]string   `json:"aliases"`
	Or               []string            `json:"or"`
	Open             bool                `json:"open"`
	BoolOK           bool                `json:"bool_ok"`
	List             bool                `json:"list"`
	Sep              string              `json:"sep"`
	ListSep          string              `json:"list_sep"`
	Min              *int                `json:"min"`
	Max              *int                `json:"max"`
	MaxLen           int                 `json:"max_len"`
	MaxLenWithName   int                 `json:"max_len_with_name"`
	Pattern          string              `json:"pattern"`
	Default          json.RawMessage     `json:"default"`
	Required         bool                `json:"required"`
	RequiredIn       []string            `json:"required_in"`
	Unless           string              `json:"unless"`
	ValuesIn         map[string][]string `json:"values_in"`
	AliasOf          string              `json:"alias_of"`
	AllowEmpty       bool                `json:"allow_empty"`
	Absolute         bool                `json:"absolute"`
	Error            int                 `json:"error"`
	Deprecated       string              `json:"deprecated"`
	DeprecatedValues []string            `json:"deprecated_values"`
	Undocumented     bool                `json:"undocumented"`
}

// object is a JSON object that keeps the order of its keys, so that the
// written file changes only where the facts did.
type object[T any] struct {
	keys []string
	m    map[string]T
}

func (o *object[T]) UnmarshalJSON(data []byte) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return fmt.Errorf("an object is wanted, got %.20q", data)
	}
	o.m = map[string]T{}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return err
		}
		key, _ := t.(string)
		var v T
		if err := dec.Decode(&v); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		o.keys = append(o.keys, key)
		o.m[key] = v
	}
	return nil
}
