package twilio

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"twirouter/router"
)

// jsonSamples are the bodies of JSON kinds, by the Kind of their row, in the
// words of maker.
var jsonSamples = map[string]string{
	"eventstreams.{type}": `{"specversion":"1.0","type":"<value>","source":"/2010-04-01/Accounts/<AC>","id":"<EZ>",` +
		`"dataschema":"https://events-schemas.twilio.com/Event/1","datacontenttype":"application/json","time":"<iso>","data":<data>}`,
	"orchestrator.{eventType}": `{"eventType":"<value>","timestamp":"<iso>","data":{"id":"<CH>","accountId":"<AC>","serviceId":"<IS>",` +
		`"conversationId":"<CH>","status":"ACTIVE","name":"Support","createdAt":"<iso>","updatedAt":"<iso>"}}`,
	"intelligence.rule-executed": `{"accountId":"<AC>","conversationId":"<CH>","intelligenceConfiguration":{"id":"<GA>","displayName":"Support","version":1,` +
		`"ruleId":"<GR>"},"operatorResults":[{"id":"<LO>","operator":{"id":"<LY>","displayName":"Sentiment","version":1,"parameters":{}},` +
		`"outputFormat":"JSON","result":{"label":"positive"},"dateCreated":"<iso>","referenceIds":["<CA>"],` +
		`"executionDetails":{"trigger":{"on":"COMMUNICATION","timestamp":"<iso>"},"channels":["VOICE"]}}]}`,
	"intelligence.transcript-available": `{"account_sid":"<AC>","service_sid":"<GA>","transcript_sid":"<GT>","customer_key":"<CA>",` +
		`"event_type":"voice_intelligence_transcript_available"}`,
	"link-shortening.click": `{"event_type":"click","sms_sid":"<SM>","to":"+14155550142","from":"+14155550123","link":"https://www.example.com/sale",` +
		`"click_time":"<iso>","messaging_service_sid":"<MG>","account_sid":"<AC>","user_agent":"Mozilla/5.0"}`,
	"porting.port-in":  `{"port_in_request_sid":"<KW>","status":"Completed","phone_number":"+14155550123","account_sid":"<AC>","rejection_reason":null}`,
	"porting.port-out": `{"port_out_phone_number_sid":"<PO>","status":"Completed","phone_number":"+14155550123","account_sid":"<AC>"}`,
}

// eventStreamsData are the data of CloudEvents, by the beginning of their type;
// the first that fits counts.
var eventStreamsData = []struct{ begins, data string }{
	{"com.twilio.eventstreams.test-event", `{"test_id":"<uuid>"}`},
	{"com.twilio.messaging.inbound-message", `{"messageSid":"<SM>","accountSid":"<AC>","timestamp":"<iso>","from":"+14155550142","to":"+14155550123",` +
		`"body":"Hello","numMedia":0,"numSegments":1,"eventName":"<value>"}`},
	{"com.twilio.messaging.message.failed", `{"messageSid":"<SM>","accountSid":"<AC>","timestamp":"<iso>","messageStatus":"<upper>","errorCode":30003,` +
		`"from":"+14155550123","to":"+14155550142","eventName":"<value>"}`},
	{"com.twilio.messaging.message.undelivered", `{"messageSid":"<SM>","accountSid":"<AC>","timestamp":"<iso>","messageStatus":"<upper>","errorCode":30003,` +
		`"from":"+14155550123","to":"+14155550142","eventName":"<value>"}`},
	{"com.twilio.messaging.message", `{"messageSid":"<SM>","accountSid":"<AC>","timestamp":"<iso>","messageStatus":"<upper>",` +
		`"from":"+14155550123","to":"+14155550142","eventName":"<value>"}`},
	{"com.twilio.error-logs", `{"sid":"<NO>","account_sid":"<AC>","level":"ERROR","error_code":"11200","timestamp":"<iso>",` +
		`"payload":"{\"error_code\":\"11200\",\"resource_sid\":\"<CA>\"}"}`},
	{"com.twilio.taskrouter", `{"name":"<value>","publisher":"taskrouter","payload":{"task_sid":"<WT>","task_attributes":"{}","workspace_sid":"<WS>",` +
		`"account_sid":"<AC>","timestamp":"<iso>"}}`},
	{"com.twilio.studio", `{"account_sid":"<AC>","flow_sid":"<FW>","execution_sid":"<FN>","date_created":"<iso>"}`},
	{"com.twilio.voice.insights", `{"call_sid":"<CA>","account_sid":"<AC>"}`},
	{"com.twilio.voice", `{"sid":"<CA>","timestamp":"<iso>","eventSid":"<VW>","request":{"method":"POST","url":"https://www.example.com/voice",` +
		`"parameters":{"AccountSid":"<AC>","CallSid":"<CA>"}},"response":{"responseCode":200,"requestDuration":140,"contentType":"application/xml;charset=UTF-8","responseBody":"PFJlc3BvbnNlLz4="}}`},
	{"com.twilio", `{"sid":"<VE>","account_sid":"<AC>","timestamp":"<iso>"}`},
}

// attributes are the members of a CloudEvent beside its data.
var attributes = map[string]bool{
	"specversion": true, "type": true, "source": true, "id": true, "time": true,
	"subject": true, "dataschema": true, "datacontenttype": true, "data": true,
}

func (m *maker) json(text string, set router.Params) []byte {
	for _, d := range eventStreamsData {
		if strings.HasPrefix(m.value, d.begins) {
			text = strings.Replace(text, "<data>", d.data, 1)
			break
		}
	}
	body := []byte(m.fill(text, nil))
	if len(set) == 0 {
		return body
	}
	var root map[string]any
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(&root); err != nil { // the samples are this package's own
		panic(fmt.Sprintf("sample of %s: %v", m.value, err))
	}
	_, cloud := root["specversion"]
	for _, p := range set {
		path := strings.Split(p.Key, ".")
		if cloud && !attributes[path[0]] {
			path = append([]string{"data"}, path...)
		}
		if err := putMember(root, path, p.Value); err != nil && m.err == nil {
			m.err = fmt.Errorf("%s: %w", p.Key, err)
		}
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(root); err != nil { // strings, numbers, maps and lists always encode
		panic(err)
	}
	return bytes.TrimSpace(out.Bytes())
}

// putMember sets one member. A value takes the place of a number, a truth value
// or null as one, if it reads as JSON; anything else is a string.
func putMember(object map[string]any, path []string, value string) error {
	for ; len(path) > 1; path = path[1:] {
		inner, ok := object[path[0]].(map[string]any)
		if !ok {
			if object[path[0]] != nil {
				return fmt.Errorf("%s is no object", path[0])
			}
			inner = map[string]any{}
			object[path[0]] = inner
		}
		object = inner
	}
	old, was := object[path[0]]
	if _, text := old.(string); was && !text && json.Valid([]byte(value)) {
		object[path[0]] = json.RawMessage(value)
		return nil
	}
	object[path[0]] = value
	return nil
}
