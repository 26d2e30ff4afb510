-- must: drop: <Say>]]&gt;&lt;/Say&gt;&lt;Hangup/&gt;&amp;#60;</Say>
return drop(tostring(Say("]]></Say><Hangup/>\0&#60;")))
