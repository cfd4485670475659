package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"mcrisk/catalogue"
	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/report"
)

// textbook is the model of a study that names none and has no recommended one.
const textbook = "gbm"

// recommend gives a study of the catalogue's tokens that names no model the one that is recommended for
// their underlying. Paths go on from the end of --history, if there is one.
func (p *resolving) recommend() error {
	p.spec.Model.Kind = textbook
	if p.Underlying == "" || p.Spec != "" || p.Model != "" || p.demand.Textbook {
		return nil
	}
	u, err := catalogue.LookupUnderlying(p.Underlying)
	r := u.Recommended
	switch {
	case err != nil || r.Model == "":
		return err
	case p.Prices != "":
		p.Note("model: %s, fitted to %s; for %s, %s is recommended (--model %s)",
			textbook, p.Prices, u.Name, r.Model, r.Model)
		return nil
	}
	p.recommended = &u
	p.spec.Model.Kind, p.Origins["model"] = r.Model, fmt.Sprintf("catalogue, %s: %s", r.Date, r.Reason)
	if p.History != "" && !p.given("start") && models.HasStart(r.Model) {
		options := *p.StudyOptions
		options.Numbers = maps.Clone(p.Numbers)
		options.Numbers["start"] = "last"
		p.StudyOptions = &options
	}
	return nil
}

// noteModel says first which model is simulated where none was named, and where its paths start.
func (r *Resolved) noteModel() {
	if r.recommended == nil {
		return
	}
	spec := r.Study.Spec()
	kind := spec.Model.Kind
	r.modelNote = fmt.Sprintf("model: %s, fitted to %s", kind, r.recommended.Source(kind))
	for _, u := range spec.Others {
		r.modelNote += ", and " + u.Name + " to its own history"
	}
	for _, name := range param.SortedNames(spec.Model.Values) {
		if name != "start" && name != models.Mu.Name && r.Origins[name] == "given" {
			r.modelNote += ", " + name + " given"
		}
	}
	if v, ok := spec.Model.Values["start"]; ok && v == 0 {
		r.modelNote += "; starts stationary"
	} else if ok {
		from := r.Origins.Of("start")
		if strings.HasPrefix(from, "catalogue") {
			from = "that at the end of it"
		}
		r.modelNote += fmt.Sprintf("; starts at volatility %s, %s", report.Short3(v), from)
	}
	r.modelNote += "; --model " + textbook + " for the textbook"
	r.Notes = slices.Insert(r.Notes, 0, r.modelNote)
}

// notOneModel takes back what noteModel said, where a study is run over several.
func (r *Resolved) notOneModel() {
	r.Notes = slices.DeleteFunc(r.Notes, func(note string) bool { return note == r.modelNote })
}

// Provenance says where the numbers of a study come from; hash is that of its results, if they were sampled.
func (r *Resolved) Provenance(hash string) report.Provenance {
	return report.Provenance{Settings: r.Settings(), Hash: hash, Model: r.model()}
}

// model is the model of the study, and which is recommended for its first token's underlying.
func (r *Resolved) model() report.Model {
	m := report.Model{Name: r.Study.Spec().Model.Kind, Reason: "no underlying of the catalogue is named"}
	token, err := catalogue.LookupToken(r.Study.Spec().Tokens[0].Name)
	if err != nil {
		return m
	}
	u, err := catalogue.LookupUnderlying(token.Underlying)
	if m.Reason = "no model was validated for " + token.Underlying; err == nil && u.Recommended.Model != "" {
		m.Recommended, m.Reason = u.Recommended.Model, u.Recommended.Reason
	}
	return m
}

// Textbook is geometric Brownian motion with the volatility and growth of the study, to stand beside a model
// that was not named; nil: one was.
func (r *Resolved) Textbook() *param.Part {
	if r.recommended == nil {
		return nil
	}
	part := r.recommended.Model(textbook)
	for _, p := range []param.Param{models.Mu, models.Sigma} {
		if r.Origins[p.Name] == "given" {
			part.Values[p.Name] = r.Study.Spec().Model.Values[p.Name]
		}
	}
	return &part
}
